// AxisCache: values that depend on the lengths of an axis, kept for the last few input lengths.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace coulis {

// Value: constructible from make(in, out). The least recently used entry is replaced.
template <class Value>
class AxisCache {
 public:
  static constexpr std::size_t kEntries = 8;  // four sizes of photos, two axes each

  // The reference holds until kEntries - 1 further calls.
  template <class Make>
  const Value& find_or_make(int in_px, int out_px, Make&& make) {
    const auto found =
        std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.in_px == in_px && entry.out_px == out_px; });
    Entry& entry = found != entries_.end() ? *found : *std::min_element(entries_.begin(), entries_.end(), used_earlier);
    if (found == entries_.end()) {
      entry = {};
      entry.value = make(in_px, out_px);
      entry.in_px = in_px;
      entry.out_px = out_px;
    }
    entry.last_use = ++uses_;
    return entry.value;
  }

 private:
  struct Entry {
    int in_px = 0;
    int out_px = 0;
    std::size_t last_use = 0;
    Value value;
  };
  static bool used_earlier(const Entry& a, const Entry& b) { return a.last_use < b.last_use; }

  std::array<Entry, kEntries> entries_;
  std::size_t uses_ = 0;
};

}  // namespace coulis
