#include "job/report/figures.hpp"

#include <algorithm>
#include <utility>

namespace coulis {
namespace {

constexpr std::size_t kConfusedLabels = 12;
constexpr std::size_t kExamples = 4;
constexpr std::size_t kTwins = 24;
constexpr std::size_t kOutliers = 18;
constexpr double kTwinDistance = 0.1;  // of the typical distance
constexpr std::size_t kFewPhotos = 600;
constexpr std::size_t kFewLabels = 2000;

}  // namespace

void forget_unseen_labels(Figures& figures) {
  if (figures.labels.size() <= kFewLabels) return;
  std::vector<char> seen(figures.labels.size(), 0);
  for (const std::uint32_t label : figures.photo_labels) seen[label] = 1;
  std::vector<std::uint32_t> new_index(figures.labels.size(), 0);
  std::vector<LabelCount> kept;
  for (std::size_t i = 0; i < figures.labels.size(); ++i) {
    if (seen[i] == 0) {
      ++figures.more_labels;
      figures.photos_of_more_labels += figures.labels[i].photos;
      continue;
    }
    new_index[i] = static_cast<std::uint32_t>(kept.size());
    kept.push_back(std::move(figures.labels[i]));
  }
  figures.labels = std::move(kept);
  for (std::uint32_t& label : figures.photo_labels) label = new_index[label];
}

void describe_likeness(Figures& figures) {
  figures.agreement_by_chance = agreement_by_chance(figures.photo_labels);
  figures.confused = confused_labels(figures.neighbours, figures.photo_labels, kConfusedLabels, kExamples);
  figures.twins = pairs_across_labels(figures.neighbours, figures.photo_labels, kTwinDistance * figures.typical_distance);
  figures.twins_found = figures.twins.size();
  figures.twins.resize(std::min(kTwins, figures.twins.size()));
  figures.outliers = outliers(figures.neighbours);
  if (!figures.outliers.empty()) figures.usual_distance = figures.outliers[figures.outliers.size() / 2].distance;
  figures.outliers.resize(std::min(kOutliers, figures.outliers.size()));
}

std::vector<std::uint32_t> photos_shown_large(const Figures& figures) {
  std::vector<std::uint32_t> photos;
  std::vector<char> taken(figures.paths.size(), 0);
  const auto take = [&](std::uint32_t photo) {
    if (taken[photo] == 0) photos.push_back(photo);
    taken[photo] = 1;
  };
  for (const PhotoPair& pair : figures.twins) take(pair.a), take(pair.b);
  for (const ConfusedLabels& labels : figures.confused) {
    for (const PhotoPair& pair : labels.examples) take(pair.a), take(pair.b);
  }
  for (const Outlier& outlier : figures.outliers) take(outlier.photo);
  if (figures.paths.size() <= kFewPhotos) {
    for (std::uint32_t photo = 0; photo < figures.paths.size(); ++photo) take(photo);
  }
  return photos;
}

}  // namespace coulis
