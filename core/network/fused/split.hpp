// Split: a run of pixels into tiles, or anything else into parts of a largest size.
#pragma once

namespace coulis::fused {

// The first `large_parts` parts are `large`, the others `small`.
struct Split {
  int parts = 0;
  int large_parts = 0;
  int large = 0;
  int small = 0;

  // Without a branch: GCC would split a loop over the parts in two.
  int size(int part) const { return small + static_cast<int>(part < large_parts) * (large - small); }
};

// Into parts of nearly equal size: a ragged last one would be slow.
constexpr Split split_evenly(int count, int most) {
  const int parts = (count + most - 1) / most;
  return parts == 0 ? Split{} : Split{parts, count % parts, count / parts + 1, count / parts};
}

// Into whole groups, but for the last part, which takes what is left.
constexpr Split split_by_groups(int count, int most, int group) {
  const int usual = most / group * group;
  const int large_parts = count > most ? (count - most + usual - 1) / usual : 0;
  return {large_parts + 1, large_parts, usual, count - large_parts * usual};
}

}  // namespace coulis::fused
