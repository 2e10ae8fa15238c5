// MomentsTree: merges the moments of numbered parts along one fixed binary tree, whatever the order in which they come.
#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "core/moments/moments.hpp"

namespace coulis {

// A node is (level, part number >> level). Two children merge as soon as both are there, so that the result depends neither on the order of
// add() nor on which machine computed what, and about log2(parts) partials are held when parts come nearly in order. Not thread-safe.
class MomentsTree {
 public:
  void add(std::uint64_t part_number, Moments moments);  // each number once, or Error(kRunFailed)
  Moments root() const&;                                 // parts missing from the numbering count as empty
  Moments root() &&;                                     // without a copy of the partials, 13 MB each for 1280 columns

 private:
  std::map<std::pair<int, std::uint64_t>, Moments> nodes_;  // complete subtrees that wait for their sibling
};

}  // namespace coulis
