// PackIndexes: what the shards of a pack hold, told by the index beside each of them, and not by the headers of the shard.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "job/collections/member.hpp"
#include "job/collections/recently_used.hpp"
#include "job/storage/store.hpp"

namespace coulis {

// Thread-safe.
class PackIndexes {
 public:
  explicit PackIndexes(std::shared_ptr<const Store> store) : store_(std::move(store)), folders_(kMostFolders) {}

  static bool may_have(const Entry& container);  // its name is that of a shard

  // Nothing: the container has no index, or one that does not fit it. Each member's header is still to be compared when it is read
  // (Packing::kIndexed).
  std::optional<std::vector<Member>> maybe_members(const Entry& container) const;

 private:
  static constexpr std::size_t kMostFolders = 16;
  using Indexes = std::map<std::string, Entry, std::less<>>;  // by the name of their shard

  std::shared_ptr<const Store> store_;
  mutable RecentlyUsed<Indexes> folders_;
};

}  // namespace coulis
