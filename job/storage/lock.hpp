// Lock: one run at a time on one OUTPUT.
#pragma once

#include <optional>
#include <string>

#include "job/storage/location.hpp"

namespace coulis {

// Held until destroyed or until the process dies, however it dies: the operating system keeps it, not the file's existence.
class Lock {
 public:
  explicit Lock(const Location& output);  // throws Error(kRunFailed) naming the process that holds it
  ~Lock();                                // the lock tells of a process that died only if this was not reached
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

  // "process 1234", which held it until it was killed.
  const std::optional<std::string>& maybe_dead_holder() const { return maybe_dead_holder_; }

 private:
  std::optional<std::string> maybe_dead_holder_;
  int file_ = -1;
};

}  // namespace coulis
