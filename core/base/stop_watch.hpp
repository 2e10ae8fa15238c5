// StopWatch: adds the time between laps to the stage that each belongs to.
#pragma once

#include <chrono>

namespace coulis {

class StopWatch {
 public:
  void lap(double& seconds) {  // the time since the last lap, restart() or the start
    const Clock::time_point now = Clock::now();
    seconds += std::chrono::duration<double>(now - last_).count();
    last_ = now;
  }
  void restart() { last_ = Clock::now(); }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point last_ = Clock::now();
};

}  // namespace coulis
