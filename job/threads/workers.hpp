// The only place that makes threads.
#pragma once

#include <cstddef>
#include <functional>

namespace coulis {

// Runs work(worker) on `count` threads and waits for all. The first exception is rethrown, after on_error() has been called so
// that the other workers can notice and return.
void run_workers(
    int count, const std::function<void(int worker)>& work, const std::function<void()>& on_error = [] {});

// work(index) for each index below `count`, on up to `threads` threads, at least one. Stops at the first exception and rethrows it.
void for_each_parallel(int threads, std::size_t count, const std::function<void(std::size_t index)>& work);

}  // namespace coulis
