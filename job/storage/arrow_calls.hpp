// ArrowCalls: calls of Arrow's file systems, which retry and wait for as long as they please, with a deadline and an end when the run is
// interrupted. Each is made by a thread of its own; one that takes too long is left behind.
#pragma once

#include <atomic>
#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <utility>

#include "job/storage/patience.hpp"

namespace coulis {

bool any_call_left_behind();  // the process must end without destroying what such a call may be using

// Thread-safe.
class ArrowCalls {
 public:
  ArrowCalls(std::string address, const std::atomic<bool>* maybe_interrupted)
      : address_(std::move(address)), patience_(maybe_interrupted) {}

  // What call() returns. It must own all that it uses. Throws Error(kStorage) after the deadline, Error(kInterrupted) once stopped.
  template <class Call>
  auto make(std::chrono::seconds deadline, Call call) {
    std::packaged_task<decltype(call())()> task(std::move(call));
    auto answer = task.get_future();
    begin_one();
    std::thread([task = std::move(task)]() mutable {
      task();
      end_one();
    }).detach();
    const auto end = std::chrono::steady_clock::now() + deadline;
    while (answer.wait_for(Patience::kLook) != std::future_status::ready) go_on_or_throw(end);
    return answer.get();
  }

  void stop() { stopped_ = true; }
  const std::string& address() const { return address_; }

 private:
  static void begin_one();
  static void end_one();
  void go_on_or_throw(std::chrono::steady_clock::time_point end);

  std::string address_;
  Patience patience_;
  std::atomic<bool> stopped_ = false;
};

}  // namespace coulis
