// HeldLock: one run at a time on one OUTPUT. Made by Location::lock().
#pragma once

#include <string>
#include <utility>

namespace coulis {

// Held until destroyed.
class HeldLock {
 public:
  virtual ~HeldLock() = default;
  virtual void confirm() const {}  // throws Error(kRunFailed) if another run has taken it meanwhile

  std::string taken_over_from;  // a run that died while it held the lock: "process 12 on fig"; empty: the last one ended as it should
};

}  // namespace coulis
