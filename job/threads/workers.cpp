#include "job/threads/workers.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace coulis {

void run_workers(int count, const std::function<void(int)>& work, const std::function<void()>& on_error) {
  std::mutex mutex;
  std::exception_ptr first_error;
  {
    std::vector<std::jthread> threads;
    threads.reserve(static_cast<std::size_t>(count));
    for (int worker = 0; worker < count; ++worker) {
      threads.emplace_back([&, worker] {
        try {
          work(worker);
        } catch (...) {
          {
            const std::lock_guard lock(mutex);
            if (!first_error) first_error = std::current_exception();
          }
          on_error();
        }
      });
    }
  }
  if (first_error) std::rethrow_exception(first_error);
}

void for_each_parallel(int threads, std::size_t count, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next = 0;
  const auto workers = static_cast<int>(std::min<std::size_t>(static_cast<std::size_t>(std::max(threads, 1)), count));
  const auto take_all = [&](int) {
    for (std::size_t index = next++; index < count; index = next++) work(index);
  };
  run_workers(workers, take_all, [&] { next = count; });
}

}  // namespace coulis
