#include "job/storage/s3/parallel_list.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>

#include "core/base/error.hpp"
#include "job/storage/s3/key_ranges.hpp"
#include "job/threads/workers.hpp"

namespace coulis::s3 {
namespace {

constexpr std::size_t kPagesAlone = 4;
constexpr int kRequests = 64;  // at a time: they wait for the server, whatever the machine

using Ask = std::function<ListPage(const PageQuery&)>;

class ParallelList {
 public:
  ParallelList(const std::string& prefix, const Ask& ask, KeyRanges ranges) : prefix_(prefix), ask_(ask), ranges_(std::move(ranges)) {}

  void run(const std::function<void(Entry)>& visit) {
    run_workers(
        1 + kRequests, [&](int worker) { return worker == 0 ? take_all(visit) : ask_for_pages(); }, [&] { end(); });
  }

 private:
  void end() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
    arrived_.notify_all();
  }

  void take_all(const std::function<void(Entry)>& visit) {
    std::unique_lock lock(mutex_);
    while (!ended_) {
      std::optional<KeyRanges::Taken> taken = ranges_.maybe_take();
      if (!taken) {
        arrived_.wait(lock);
        continue;
      }
      lock.unlock();
      if (taken->at_end) return end();
      changed_.notify_one();
      for (Entry& entry : taken->entries) visit(std::move(entry));
      lock.lock();
    }
  }

  void ask_for_pages() {
    std::unique_lock lock(mutex_);
    while (!ended_) {
      const std::shared_ptr<KeyRange> range = ranges_.maybe_next();
      if (!range) {
        changed_.wait(lock);
        continue;
      }
      changed_.notify_one();  // who finds nothing wakes no one
      ask_for_page(*range, lock);
      if (const auto folders = ranges_.maybe_folders(*range)) ask_for_folders(*folders, lock);
    }
  }

  void ask_for_page(KeyRange& range, std::unique_lock<std::mutex>& lock) {
    const bool is_guess = range.pages_seen == 0 && range.token.empty();
    const PageQuery query{prefix_, range.token, is_guess ? range.after : ""};
    lock.unlock();
    std::optional<ListPage> page = is_guess ? maybe_ask(query) : std::optional(ask_(query));
    lock.lock();
    if (page) {
      ranges_.arrived(range, std::move(*page));
    } else {
      ranges_.refused(range);
    }
    arrived_.notify_one();
  }

  void ask_for_folders(const KeyRanges::Folders& folders, std::unique_lock<std::mutex>& lock) {
    changed_.notify_one();
    lock.unlock();
    std::optional<ListPage> page = maybe_ask({folders.prefix, "", folders.after, true});
    lock.lock();
    if (!page) page.emplace();
    ranges_.found(std::move(page->folders), page->next.empty());
  }

  // What the chain can do without: a server may not know it.
  std::optional<ListPage> maybe_ask(const PageQuery& query) const {
    try {
      return ask_(query);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kStorage) throw;
      return std::nullopt;
    }
  }

  const std::string& prefix_;
  const Ask& ask_;
  std::mutex mutex_;                 // of what follows
  std::condition_variable changed_;  // for those who ask
  std::condition_variable arrived_;  // for the one who takes
  KeyRanges ranges_;
  bool ended_ = false;
};

}  // namespace

void list_in_parallel(const std::string& prefix, const Ask& ask, const std::function<void(Entry)>& visit) {
  ListPage page = ask({prefix});
  for (std::size_t seen = 1;; ++seen) {
    const bool alone = page.next.empty() || seen < kPagesAlone;
    std::optional<ParallelList> rest;
    if (!alone) rest.emplace(prefix, ask, KeyRanges(prefix, seen, page));
    for (Entry& entry : page.entries) visit(std::move(entry));
    if (rest) return rest->run(visit);
    if (page.next.empty()) return;
    page = ask({prefix, page.next});
  }
}

}  // namespace coulis::s3
