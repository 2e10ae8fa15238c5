#include "core/moments/moments_tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/error.hpp"

namespace coulis {
namespace {

constexpr int kFanOutBits = 5;

}  // namespace

MomentsTree::MomentsTree(std::vector<std::uint64_t> part_numbers) {
  std::sort(part_numbers.begin(), part_numbers.end());
  while (!part_numbers.empty()) {
    auto& level = levels_.emplace_back();
    for (const std::uint64_t number : part_numbers) level[number >> kFanOutBits].children.push_back(number);
    if (part_numbers.size() == 1) break;
    part_numbers.clear();
    for (const auto& [number, node] : level) part_numbers.push_back(number);
  }
}

void MomentsTree::add(std::uint64_t number, Moments moments, std::size_t level) {
  const std::uint64_t first = number;
  for (; level < levels_.size(); ++level) {
    const auto found = levels_[level].find(number >> kFanOutBits);
    if (found == levels_[level].end()) break;
    Node& node = found->second;
    std::unique_lock lock(node.mutex);
    const auto child = std::find(node.children.begin(), node.children.end(), number);
    const auto first_open = node.children.begin() + static_cast<std::ptrdiff_t>(node.merged);
    if (child < first_open || child == node.children.end() || !node.waiting.emplace(number, std::move(moments)).second) break;
    if (node.merging) return;  // another thread finds it
    node.merging = true;
    while (!node.waiting.empty() && node.waiting.begin()->first == node.children[node.merged]) {
      const auto next = node.waiting.extract(node.waiting.begin());
      ++node.merged;
      lock.unlock();
      node.sum = merge(std::move(node.sum), next.mapped());
      lock.lock();
    }
    node.merging = false;
    if (node.merged < node.children.size() || level + 1 == levels_.size()) return;
    moments = std::exchange(node.sum, {});
    number >>= kFanOutBits;
  }
  throw Error(ErrorCode::kRunFailed, fmt::format("the moments of part or node {} were added twice, or do not belong to this run", first));
}

Moments MomentsTree::root() && {
  if (levels_.empty()) return {};
  Node& node = levels_.back().begin()->second;
  if (node.merged < node.children.size()) throw Error(ErrorCode::kRunFailed, "the moments of a part are missing");
  return std::move(node.sum);
}

}  // namespace coulis
