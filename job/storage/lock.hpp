// Lock: one run at a time on one OUTPUT.
#pragma once

#include <memory>
#include <string>

#include "job/storage/location.hpp"

namespace coulis {

class HeldLock;

// Held until destroyed. A process that dies loses it: at once in a folder, or in a bucket when the next run is on the same machine;
// from another machine a bucket's lock can be taken over after two minutes without a sign of life.
class Lock {
 public:
  explicit Lock(const Location& output);  // throws Error(kRunFailed) naming the process that holds it, Error(kStorage)
  ~Lock();
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

  // A run that died while it held the lock: "process 12"; empty if the last one ended as it should.
  const std::string& taken_over_from() const;

  void confirm() const;  // throws Error(kRunFailed) if another run has taken it meanwhile

 private:
  std::unique_ptr<HeldLock> held_;
};

}  // namespace coulis
