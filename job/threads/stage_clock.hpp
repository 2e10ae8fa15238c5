// StageClock: how long the stages of a run take, by name.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace coulis {

using StageTimes = std::vector<std::pair<std::string, double>>;  // seconds

class StageClock {
 public:
  explicit StageClock(StageTimes& times) : times_(times) {}

  void lap(const std::string& stage) {  // the time since the last lap, restart() or the start
    const auto now = Clock::now();
    times_.emplace_back(stage, std::chrono::duration<double>(now - last_).count());
    last_ = now;
  }
  void restart() { last_ = Clock::now(); }

 private:
  using Clock = std::chrono::steady_clock;
  StageTimes& times_;
  Clock::time_point last_ = Clock::now();
};

}  // namespace coulis
