// Threads that work on parts and photos. ARCHITECTURE.md lists the few other threads.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <type_traits>
#include <utility>

namespace coulis {

// Runs work(worker) on `count` threads and waits for all. The first exception is rethrown, after on_error() has been called so
// that the other workers can notice and return.
void run_workers(
    int count, const std::function<void(int worker)>& work, const std::function<void()>& on_error = [] {});

// work(index) for each index below `count`, on up to `threads` threads, at least one. Stops at the first exception and rethrows it.
void for_each_parallel(int threads, std::size_t count, const std::function<void(std::size_t index)>& work);

// Calls make(index) as for_each_parallel() does, and take(value) with its results, in order
// of index and one at a time. At most twice as many values as threads wait for their turn. take() may return a
// std::function, maybe empty: what is left to do, in no order and beside other calls. A thread does it before it makes more.
template <class Make, class Take>
void make_in_parallel(int threads, std::size_t count, const Make& make, const Take& take) {
  std::mutex mutex;
  std::condition_variable room;
  using Value = decltype(make(std::size_t()));
  constexpr bool kLeavesWork = !std::is_void_v<decltype(take(std::declval<Value>()))>;
  std::map<std::size_t, Value> waiting;
  std::deque<std::function<void()>> left;  // to do
  std::size_t taken = 0;
  bool taking = false;
  bool failed = false;
  const auto most_ahead = 2 * static_cast<std::size_t>(threads > 1 ? threads : 1);
  const auto work = [&](std::size_t index) {
    std::unique_lock lock(mutex);
    room.wait(lock, [&] { return failed || index < taken + most_ahead; });
    if (failed) return;
    lock.unlock();
    auto value = make(index);
    lock.lock();
    waiting.emplace(index, std::move(value));
    const bool is_first = !std::exchange(taking, true);  // the thread that is taking finds the value
    while (is_first && !waiting.empty() && waiting.begin()->first == taken) {
      auto next = waiting.extract(waiting.begin());
      lock.unlock();
      std::function<void()> more;
      if constexpr (kLeavesWork) {
        more = take(std::move(next.mapped()));
      } else {
        take(std::move(next.mapped()));
      }
      lock.lock();
      if (more) left.push_back(std::move(more));
      ++taken;
      room.notify_all();
    }
    if (is_first) taking = false;
    while (!left.empty()) {
      const std::function<void()> more = std::move(left.front());
      left.pop_front();
      lock.unlock();
      more();
      lock.lock();
    }
  };
  for_each_parallel(threads, count, [&](std::size_t index) {
    try {
      work(index);
    } catch (...) {
      const std::lock_guard lock(mutex);
      failed = true;
      room.notify_all();
      throw;
    }
  });
}

}  // namespace coulis
