// Lock: one run at a time on one OUTPUT.
#pragma once

#include "job/storage/location.hpp"

namespace coulis {

// Held until destroyed or until the process dies, however it dies: the operating system keeps it, not the file's existence.
class Lock {
 public:
  explicit Lock(const Location& output);  // throws Error(kRunFailed) naming the process that holds it
  ~Lock();
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  int file_ = -1;
};

}  // namespace coulis
