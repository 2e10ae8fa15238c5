// MomentsTree: merges the moments of numbered parts along one fixed tree, whatever the order in which they come.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

#include "core/moments/moments.hpp"

namespace coulis {

// A node has up to 32 children, merged from left to right: parts 0 to 31 below node 0, parts 32 to 63 below node 1, and so on upwards. The
// result depends on the numbers alone: not on the order of add(), nor on which machine computed what. One sum is held for each level
// on the way up, and what came early. add() may be called from many threads: nodes merge in parallel. Why not 2 children:
// docs/decisions/0006-merge-parts-in-groups-of-32.md.
class MomentsTree {
 public:
  explicit MomentsTree(std::vector<std::uint64_t> part_numbers);  // all that will come, in any order

  // Each number once; Error(kRunFailed) for another, or the same again. level 0: of a part; 1: the sum of a node above parts; ...
  void add(std::uint64_t number, Moments moments, std::size_t level = 0);
  Moments root() &&;  // Error(kRunFailed) while a part is missing

 private:
  struct Node {
    std::vector<std::uint64_t> children;  // numbers on the level below, ascending
    std::mutex mutex;                     // guards what follows, except `sum`, which belongs to the merging thread
    bool merging = false;
    std::size_t merged = 0;  // how many of them are in the sum
    Moments sum;
    std::map<std::uint64_t, Moments> waiting;  // came before a sibling to the left
  };

  std::vector<std::map<std::uint64_t, Node>> levels_;  // by node number; the last level is the root alone, with one child
};

}  // namespace coulis
