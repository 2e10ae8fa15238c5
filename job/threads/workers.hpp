// Threads that work on parts and photos. ARCHITECTURE.md lists the few other threads.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <utility>

namespace coulis {

// Runs work(worker) on `count` threads and waits for all. The first exception is rethrown, after on_error() has been called so
// that the other workers can notice and return.
void run_workers(
    int count, const std::function<void(int worker)>& work, const std::function<void()>& on_error = [] {});

// work(index) for each index below `count`, on up to `threads` threads, at least one. Stops at the first exception and rethrows it.
void for_each_parallel(int threads, std::size_t count, const std::function<void(std::size_t index)>& work);

// Calls make(index) as for_each_parallel() does, and take(value) with its results, in order
// of index and one at a time. At most twice as many values as threads wait for their turn.
template <class Make, class Take>
void make_in_parallel(int threads, std::size_t count, const Make& make, const Take& take) {
  std::mutex mutex;
  std::condition_variable room;
  std::map<std::size_t, decltype(make(std::size_t()))> waiting;
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
    if (taking) return;  // the thread that is taking finds it
    taking = true;
    while (!waiting.empty() && waiting.begin()->first == taken) {
      auto next = waiting.extract(waiting.begin());
      lock.unlock();
      take(std::move(next.mapped()));
      lock.lock();
      ++taken;
      room.notify_all();
    }
    taking = false;
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
