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

void Census::add(std::uint32_t part, const RowTable& projected, bool may_be_sampled) {
  for (std::size_t row = 0; row < projected.rows(); ++row) {
    const auto known = ids_.find(projected.labels[row]);
    if (known == ids_.end() && labels_.size() == kMaxLabels) {
      ++photos_of_more_labels_;
      continue;
    }
    const auto id = known != ids_.end() ? known->second : static_cast<std::uint32_t>(labels_.size());
    if (known == ids_.end()) {
      ids_.emplace(projected.labels[row], id);
      labels_.push_back({projected.labels[row], 0, 0});
    }
    ++labels_[id].photos;
    if (!may_be_sampled) continue;
    ++labels_[id].candidates;
    candidates_.push_back({{part, static_cast<std::uint32_t>(row), id}, hash_row(projected, row)});
  }
}

std::vector<char> Census::find_twins() const {
  std::vector<std::size_t> order(candidates_.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return candidates_[a].row_hash != candidates_[b].row_hash ? candidates_[a].row_hash < candidates_[b].row_hash : a < b;
  });
  std::vector<char> chosen(candidates_.size(), 0);
  std::size_t count = 0;
  for (std::size_t first = 0, last = 0; first < order.size() && count < kMaxTwins; first = last) {
    std::vector<std::size_t> kind;  // of equal rows, the first of each label
    for (; last < order.size() && candidates_[order[last]].row_hash == candidates_[order[first]].row_hash; ++last) {
      const std::uint32_t label = candidates_[order[last]].photo.label;
      const auto same_label = [&](std::size_t i) { return candidates_[i].photo.label == label; };
      if (kind.size() < kMaxTwinsOfOneKind && std::none_of(kind.begin(), kind.end(), same_label)) kind.push_back(order[last]);
    }
    if (kind.size() < 2) continue;
    for (const std::size_t i : kind) chosen[i] = 1;
    count += kind.size();
  }
  return chosen;
}

std::vector<std::size_t> Census::share_out(std::size_t limit) const {
  std::vector<std::size_t> order(labels_.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return labels_[a].candidates < labels_[b].candidates; });
  std::vector<std::size_t> shares(labels_.size(), 0);
  for (std::size_t i = 0; i < order.size(); ++i) {  // what a small label leaves goes to the larger ones
    shares[order[i]] = std::min<std::size_t>(labels_[order[i]].candidates, limit / (order.size() - i));
    limit -= shares[order[i]];
  }
  return shares;
}

std::vector<SampledPhoto> Census::sample(std::size_t limit) const {
  std::vector<char> chosen = find_twins();
  const auto twins = static_cast<std::size_t>(std::count(chosen.begin(), chosen.end(), 1));
  const std::vector<std::size_t> shares = share_out(limit - std::min(limit, twins));
  std::vector<std::uint64_t> seen(labels_.size(), 0);
  for (std::size_t i = 0; i < candidates_.size(); ++i) {
    const std::uint32_t label = candidates_[i].photo.label;
    const std::uint64_t before = seen[label]++ * shares[label] / labels_[label].candidates;
    if (seen[label] * shares[label] / labels_[label].candidates > before) chosen[i] = 1;
  }
  std::vector<SampledPhoto> photos;
  for (std::size_t i = 0; i < candidates_.size(); ++i) {
    if (chosen[i] != 0) photos.push_back(candidates_[i].photo);
  }
  return photos;
}

}  // namespace coulis
