#include "job/collections/window_cache.hpp"

#include <algorithm>

namespace coulis {
namespace {

constexpr std::uint64_t kLeastShare = 8;  // a window pays if an eighth of it is read

}  // namespace

// The one that was not used for the longest time goes. False: all are on their way.
bool WindowCache::make_room() {
  if (slots_.size() < most_windows_) return true;
  auto oldest = slots_.end();
  for (auto slot = slots_.begin(); slot != slots_.end(); ++slot) {
    if (slot->second->window && (oldest == slots_.end() || slot->second->used < oldest->second->used)) oldest = slot;
  }
  if (oldest == slots_.end()) return false;
  slots_.erase(oldest);
  return true;
}

void WindowCache::note_use(const std::string& container, std::uint64_t loads, std::uint64_t bytes_served) {
  const std::lock_guard lock(mutex_);
  Use& use = uses_[container];
  use.loads += loads;
  use.served_bytes += bytes_served;
}

bool WindowCache::wastes(const std::string& container) {
  const std::lock_guard lock(mutex_);
  const auto found = uses_.find(container);
  if (found == uses_.end() || found->second.loads <= 2 * most_windows_) return false;
  return found->second.served_bytes < found->second.loads * (kWindow_bytes / kLeastShare);
}

WindowCache::Window WindowCache::get(const Name& name, const std::function<Outcome<Bytes>()>& load) {
  std::unique_lock lock(mutex_);
  while (true) {
    const auto found = slots_.find(name);
    if (found != slots_.end()) {
      const std::shared_ptr<Slot> slot = found->second;
      slot->used = ++clock_;
      if (slot->window) return slot->window;
      changed_.wait(lock, [&] { return slot->window || !slots_.contains(name) || slots_[name] != slot; });
      if (slot->window) return slot->window;
      continue;  // its loader has thrown
    }
    if (make_room()) break;
    changed_.wait(lock);
  }
  const auto slot = std::make_shared<Slot>(Slot{nullptr, ++clock_});
  slots_[name] = slot;
  lock.unlock();
  Window window;
  try {
    window = std::make_shared<const Outcome<Bytes>>(load());
  } catch (...) {
    lock.lock();
    slots_.erase(name);
    changed_.notify_all();
    throw;
  }
  lock.lock();
  slot->window = window;
  if (!*window) slots_.erase(name);
  changed_.notify_all();
  return window;
}

}  // namespace coulis
