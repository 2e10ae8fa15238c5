#include "job/report/sample.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <string_view>

namespace coulis {
namespace {

constexpr std::size_t kMaxLabels = 100'000;
constexpr std::size_t kMaxTwins = 64;
constexpr std::size_t kMaxTwinsOfOneKind = 4;

std::uint64_t hash_row(const RowTable& table, std::size_t row) {
  const auto values = table.matrix().row(row);
  return std::hash<std::string_view>{}({reinterpret_cast<const char*>(values.data()), values.size_bytes()});
}

}  // namespace

void Census::add(std::uint32_t part, const RowTable& projected, bool may_have_twins) {
  for (std::size_t row = 0; row < projected.rows(); ++row) {
    const auto known = ids_.find(projected.labels[row]);
    if (known == ids_.end() && labels_.size() == kMaxLabels) {
      ++photos_of_more_labels_;
      continue;
    }
    const auto id = known != ids_.end() ? known->second : static_cast<std::uint32_t>(labels_.size());
    if (known == ids_.end()) {
      ids_.emplace(projected.labels[row], id);
      labels_.push_back({projected.labels[row], 0});
    }
    ++labels_[id].photos;
    if (!may_have_twins) continue;
    candidates_.push_back({{part, static_cast<std::uint32_t>(row)}, id, hash_row(projected, row)});
  }
}

std::optional<std::uint32_t> Census::find(const std::string& label) const {
  const auto found = ids_.find(label);
  return found == ids_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<SampledRow> Census::find_twins() const {
  std::vector<std::size_t> order(candidates_.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return candidates_[a].row_hash != candidates_[b].row_hash ? candidates_[a].row_hash < candidates_[b].row_hash : a < b;
  });
  std::vector<std::size_t> chosen;
  for (std::size_t first = 0, last = 0; first < order.size() && chosen.size() < kMaxTwins; first = last) {
    std::vector<std::size_t> kind;  // among equal rows, the first of each label
    for (; last < order.size() && candidates_[order[last]].row_hash == candidates_[order[first]].row_hash; ++last) {
      const std::uint32_t label = candidates_[order[last]].label;
      const auto same_label = [&](std::size_t i) { return candidates_[i].label == label; };
      if (kind.size() < kMaxTwinsOfOneKind && std::none_of(kind.begin(), kind.end(), same_label)) kind.push_back(order[last]);
    }
    if (kind.size() > 1) chosen.insert(chosen.end(), kind.begin(), kind.end());
  }
  std::sort(chosen.begin(), chosen.end());
  std::vector<SampledRow> twins;
  for (const std::size_t i : chosen) twins.push_back(candidates_[i].photo);
  return twins;
}

}  // namespace coulis
