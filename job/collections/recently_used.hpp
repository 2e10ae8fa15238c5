// RecentlyUsed: a few shared things by name; the one that was not used for the longest time makes room.
#pragma once

#include <algorithm>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace coulis {

template <class T>
class RecentlyUsed {
 public:
  explicit RecentlyUsed(std::size_t most) : most_(most) {}

  template <class Make>
  std::shared_ptr<T> get(const std::string& name, Make make) {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(things_.begin(), things_.end(), [&](const auto& each) { return each.first == name; });
    if (found == things_.end()) {
      things_.emplace_front(name, make());
      if (things_.size() > most_) things_.pop_back();
    } else {
      things_.splice(things_.begin(), things_, found);
    }
    return things_.front().second;
  }

 private:
  std::size_t most_;
  std::mutex mutex_;
  std::list<std::pair<std::string, std::shared_ptr<T>>> things_;  // the latest used first
};

}  // namespace coulis
