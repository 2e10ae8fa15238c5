#include "core/moments/moments_tree.hpp"

#include <fmt/format.h>

#include "core/base/error.hpp"

namespace coulis {
namespace {

using Node = std::pair<int, std::uint64_t>;  // level, part number >> level

constexpr int kLevels = 64;  // of the bits in a part number

Node parent_of(Node node) {
  return {node.first + 1, node.second >> 1};
}
Node sibling_of(Node node) {
  return {node.first, node.second ^ 1};
}
bool is_left(Node node) {
  return (node.second & 1) == 0;
}

}  // namespace

void MomentsTree::add(std::uint64_t part_number, Moments moments) {
  for (int level = 0; level < kLevels; ++level) {
    if (nodes_.contains({level, part_number >> level})) {
      throw Error(ErrorCode::kRunFailed, fmt::format("the moments of part {} were added twice", part_number));
    }
  }
  Node node{0, part_number};
  for (auto sibling = nodes_.find(sibling_of(node)); sibling != nodes_.end(); sibling = nodes_.find(sibling_of(node))) {
    moments = is_left(node) ? merge(std::move(moments), sibling->second) : merge(std::move(sibling->second), moments);
    nodes_.erase(sibling);
    node = parent_of(node);
  }
  nodes_.emplace(node, std::move(moments));
}

Moments MomentsTree::root() const& {
  return MomentsTree(*this).root();  // later add() calls find this tree as it was
}

Moments MomentsTree::root() && {
  // Lowest level first: what has no sibling by then never will, and moves up alone.
  while (nodes_.size() > 1) {
    const Node node = nodes_.begin()->first;
    Moments moments = std::move(nodes_.begin()->second);
    nodes_.erase(nodes_.begin());
    if (const auto sibling = nodes_.find(sibling_of(node)); sibling != nodes_.end()) {  // to the right: the map is in order
      moments = merge(std::move(moments), sibling->second);
      nodes_.erase(sibling);
    }
    nodes_.emplace(parent_of(node), std::move(moments));
  }
  return nodes_.empty() ? Moments{} : std::move(nodes_.begin()->second);
}

}  // namespace coulis
