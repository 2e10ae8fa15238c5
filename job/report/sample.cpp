#include "job/report/sample.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "core/base/error.hpp"
#include "job/threads/workers.hpp"

namespace coulis {
namespace {

constexpr std::size_t kMaxLabels = 100'000;
constexpr std::size_t kMaxTwins = 64;
constexpr std::size_t kMaxTwinsOfOneKind = 4;

void append_row(const std::vector<float>& rows, std::size_t width, std::size_t row, std::vector<float>& to) {
  const auto first = rows.begin() + static_cast<std::ptrdiff_t>(row * width);
  to.insert(to.end(), first, first + static_cast<std::ptrdiff_t>(width));
}

// Without the photos of labels that the census does not know.
void append(PartSample sample, const Census& census, const Location& output, ShownPhotos& all) {
  ShownPhotos& part = sample.shown;
  if (part.size() == 0) return;
  if (all.size() != 0 && (part.width != all.width || part.k != all.k)) {
    throw Error(ErrorCode::kRunFailed, fmt::format("the parts of {} have rows of different widths", printable(output.root())),
                "`coulis verify` names the files");
  }
  all.width = part.width;
  all.k = part.k;
  for (std::size_t photo = 0; photo < part.size(); ++photo) {
    const std::optional<std::uint32_t> maybe_label = census.find(sample.labels.at(part.labels[photo]).name);
    if (!maybe_label) continue;
    all.labels.push_back(*maybe_label);
    all.images.push_back(std::move(part.images[photo]));
    all.paths.push_back(std::move(part.paths[photo]));
    append_row(part.features, part.width, photo, all.features);
    append_row(part.projected, part.k, photo, all.projected);
  }
}

}  // namespace

void Census::add(std::uint32_t part, const PartSample& sample) {
  std::vector<std::optional<std::uint32_t>> ids;  // of the part's labels
  for (const LabelCount& label : sample.labels) {
    const auto known = ids_.find(label.name);
    if (known == ids_.end() && labels_.size() == kMaxLabels) {
      photos_of_more_labels_ += label.photos;
      ids.emplace_back();
      continue;
    }
    ids.emplace_back(known != ids_.end() ? known->second : static_cast<std::uint32_t>(labels_.size()));
    if (known == ids_.end()) {
      ids_.emplace(label.name, *ids.back());
      labels_.push_back({label.name, 0});
    }
    labels_[*ids.back()].photos += label.photos;
  }
  for (std::uint32_t row = 0; row < sample.hashed.size(); ++row) {
    const auto& [label, hash] = sample.hashed[row];
    if (ids.at(label)) candidates_.push_back({{part, row}, *ids[label], hash});
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

void ReportRows::add(std::size_t part, PartSample sample) {
  census_.add(static_cast<std::uint32_t>(part), sample);
  sample.hashed = std::vector<HashedRow>();
  if (sample.shown.size() != 0) shown_.emplace(part, std::move(sample));
}

ShownPhotos ReportRows::photos(const Location& output, const std::vector<ManifestPart>& parts, int threads) && {
  std::map<std::size_t, SampleOrder> orders;  // by part
  for (const SampledRow& twin : census_.find_twins()) orders[twin.part].rows.push_back(twin.row);
  std::vector<std::size_t> with_twins;
  for (auto& [part, order] : orders) {
    order.images = parts[part].sampled;
    shown_[part] = {};
    with_twins.push_back(part);
  }
  for_each_parallel(threads, with_twins.size(), [&](std::size_t i) {
    const std::size_t part = with_twins[i];
    shown_.at(part) = read_part_sample(output, parts[part], orders.at(part));
  });
  ShownPhotos all;
  std::size_t values = 0;
  for (const auto& [part, sample] : shown_) values += sample.shown.features.size();
  all.features.reserve(values);
  for (auto& [part, sample] : shown_) append(std::exchange(sample, {}), census_, output, all);
  return all;
}

}  // namespace coulis
