// Patience: how long a call to a server is still waited for once the run is interrupted.
#pragma once

#include <atomic>
#include <chrono>

namespace coulis {

// Thread-safe.
class Patience {
 public:
  static constexpr std::chrono::milliseconds kLook{250};  // whoever waits asks as often as this

  explicit Patience(const std::atomic<bool>* maybe_interrupted) : maybe_interrupted_(maybe_interrupted) {}

  // From five seconds after the first call that found the run interrupted: by then a server that answers has done so.
  bool is_over() {
    if (maybe_interrupted_ == nullptr || !*maybe_interrupted_) return false;
    constexpr std::chrono::seconds kLonger{5};
    const Clock::time_point now = Clock::now();
    Clock::rep noticed = 0;
    if (noticed_.compare_exchange_strong(noticed, now.time_since_epoch().count())) return false;
    return now.time_since_epoch() >= Clock::duration(noticed) + kLonger;
  }

 private:
  using Clock = std::chrono::steady_clock;

  const std::atomic<bool>* maybe_interrupted_;
  std::atomic<Clock::rep> noticed_ = 0;  // 0: never
};

}  // namespace coulis
