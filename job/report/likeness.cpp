#include "job/report/likeness.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

namespace coulis {
namespace {

std::map<std::uint32_t, std::uint64_t> count_labels(std::span<const std::uint32_t> labels) {
  std::map<std::uint32_t, std::uint64_t> counts;
  for (const std::uint32_t label : labels) ++counts[label];
  return counts;
}

bool is_nearer(const PhotoPair& one, const PhotoPair& other) {
  return std::tuple(one.distance, one.a, one.b) < std::tuple(other.distance, other.a, other.b);
}

bool is_same_pair(const PhotoPair& one, const PhotoPair& other) {
  return one.a == other.a && one.b == other.b;
}

PhotoPair make_pair(std::size_t photo, const Neighbour& neighbour) {
  const auto self = static_cast<std::uint32_t>(photo);
  return {std::min(self, neighbour.row), std::max(self, neighbour.row), neighbour.distance};
}

// Two photos that are each other's nearest are one pair.
void sort_and_merge(std::vector<PhotoPair>& pairs) {
  std::sort(pairs.begin(), pairs.end(), is_nearer);
  pairs.erase(std::unique(pairs.begin(), pairs.end(), is_same_pair), pairs.end());
}

}  // namespace

double label_agreement(const NeighbourTable& neighbours, std::span<const std::uint32_t> labels) {
  const auto counts = count_labels(labels);
  std::uint64_t asked = 0;
  std::uint64_t agreed = 0;
  for (std::size_t photo = 0; photo < labels.size(); ++photo) {
    if (counts.at(labels[photo]) < 2) continue;
    ++asked;
    if (labels[neighbours.of(photo)[0].row] == labels[photo]) ++agreed;
  }
  return asked == 0 ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(agreed) / static_cast<double>(asked);
}

double agreement_by_chance(std::span<const std::uint32_t> labels) {
  double same = 0;
  double asked = 0;
  for (const auto& [label, count] : count_labels(labels)) {
    if (count < 2) continue;
    const auto photos = static_cast<double>(count);
    asked += photos;
    same += photos * (photos - 1) / (static_cast<double>(labels.size()) - 1);
  }
  return asked == 0 ? std::numeric_limits<double>::quiet_NaN() : same / asked;
}

std::vector<ConfusedLabels> confused_labels(const NeighbourTable& neighbours, std::span<const std::uint32_t> labels, std::size_t limit,
                                            std::size_t examples) {
  const auto counts = count_labels(labels);
  std::map<std::pair<std::uint32_t, std::uint32_t>, ConfusedLabels> found;
  for (std::size_t photo = 0; photo < labels.size() && neighbours.count > 0; ++photo) {
    const Neighbour& nearest = neighbours.of(photo)[0];
    const auto [a, b] = std::minmax({labels[photo], labels[nearest.row]});
    if (a == b || counts.at(labels[photo]) < 2) continue;
    ConfusedLabels& pair = found[{a, b}];
    pair.a = a;
    pair.b = b;
    ++pair.photos;
    pair.examples.push_back(make_pair(photo, nearest));
  }
  std::vector<ConfusedLabels> pairs;
  for (auto& [key, pair] : found) {
    pair.of = counts.at(pair.a) + counts.at(pair.b);
    pairs.push_back(std::move(pair));
  }
  const auto share = [](const ConfusedLabels& pair) { return static_cast<double>(pair.photos) / static_cast<double>(pair.of); };
  std::stable_sort(pairs.begin(), pairs.end(), [&](const auto& one, const auto& other) { return share(one) > share(other); });
  pairs.resize(std::min(limit, pairs.size()));
  for (ConfusedLabels& pair : pairs) {
    sort_and_merge(pair.examples);
    pair.examples.resize(std::min(examples, pair.examples.size()));
  }
  return pairs;
}

double typical_distance(MatrixView<const float> rows) {
  if (rows.rows < 2) return 0;
  std::vector<double> distances;
  for (std::size_t i = 0; i < rows.rows; ++i) distances.push_back(distance_between(rows, i, (i + rows.rows / 2) % rows.rows));
  const auto middle = distances.begin() + static_cast<std::ptrdiff_t>(distances.size() / 2);
  std::nth_element(distances.begin(), middle, distances.end());
  return *middle;
}

std::vector<PhotoPair> pairs_across_labels(const NeighbourTable& neighbours, std::span<const std::uint32_t> labels, double max_distance) {
  std::vector<PhotoPair> pairs;
  for (std::size_t photo = 0; photo < labels.size(); ++photo) {
    for (const Neighbour& neighbour : neighbours.of(photo)) {
      if (labels[neighbour.row] == labels[photo] || static_cast<double>(neighbour.distance) > max_distance) continue;
      pairs.push_back(make_pair(photo, neighbour));
    }
  }
  sort_and_merge(pairs);
  return pairs;
}

std::vector<Outlier> outliers(const NeighbourTable& neighbours) {
  std::vector<Outlier> photos;
  if (neighbours.count == 0) return photos;
  for (std::size_t photo = 0; photo * neighbours.count < neighbours.nearest.size(); ++photo) {
    double sum = 0;
    for (const Neighbour& neighbour : neighbours.of(photo)) sum += static_cast<double>(neighbour.distance);
    photos.push_back({static_cast<std::uint32_t>(photo), sum / static_cast<double>(neighbours.count)});
  }
  std::stable_sort(photos.begin(), photos.end(), [](const Outlier& one, const Outlier& other) { return one.distance > other.distance; });
  return photos;
}

}  // namespace coulis
