#include "job/reduce/part_sample.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/base/error.hpp"
#include "job/output/part_record.hpp"
#include "job/output/part_tables.hpp"

namespace coulis {
namespace {

constexpr std::uint64_t kMostHashed = 65'536;

std::uint64_t hash_row(const RowTable& table, std::size_t row) {
  const auto values = table.matrix().row(row);
  return std::hash<std::string_view>{}({reinterpret_cast<const char*>(values.data()), values.size_bytes()});
}

// [rows], indices into `counts`, which this fills in.
std::vector<std::uint32_t> count_labels(const std::vector<std::string>& labels, std::vector<LabelCount>& counts) {
  std::unordered_map<std::string_view, std::uint32_t> ids;
  std::vector<std::uint32_t> of_rows;
  of_rows.reserve(labels.size());
  for (const std::string& label : labels) {
    const auto [found, is_new] = ids.emplace(label, static_cast<std::uint32_t>(counts.size()));
    if (is_new) counts.push_back({label, 0});
    ++counts[found->second].photos;
    of_rows.push_back(found->second);
  }
  return of_rows;
}

// Ascending, each once.
std::vector<std::uint32_t> rows_to_show(const PartRecord& record, const SampleOrder& order) {
  std::vector<std::uint32_t> rows = order.rows;
  std::size_t failures_before = 0;
  for (const std::uint32_t image : order.images) {
    while (failures_before < record.failures.size() && record.failures[failures_before].index < image) ++failures_before;
    const bool failed = failures_before < record.failures.size() && record.failures[failures_before].index == image;
    if (!failed) rows.push_back(image - static_cast<std::uint32_t>(failures_before));
  }
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

void append_row(const RowTable& table, std::uint32_t row, std::vector<float>& to) {
  const auto values = table.matrix().row(row);
  to.insert(to.end(), values.begin(), values.end());
}

void take_rows(const RowTable& features, const RowTable& projected, const std::vector<std::uint32_t>& labels, const SampleOrder& order,
               const std::string& origin, ShownPhotos& shown) {
  PartRecord record = parse_part_record(features.metadata, origin);
  const std::vector<std::uint32_t> rows = rows_to_show(record, order);
  std::vector<ImageRef> images = images_with_rows(std::move(record));
  const bool fits = features.rows() == projected.rows() && features.rows() == images.size();
  if (!fits || (!rows.empty() && rows.back() >= images.size())) {
    throw Error(ErrorCode::kRunFailed, fmt::format("{} does not fit its other files", origin),
                "remove the file, then run the same `coulis run` command again");
  }
  shown.width = features.width;
  shown.k = projected.width;
  shown.features.reserve(rows.size() * shown.width);
  for (const std::uint32_t row : rows) {
    shown.labels.push_back(labels[row]);
    shown.images.push_back(std::move(images[row]));
    shown.paths.push_back(features.paths[row]);
    append_row(features, row, shown.features);
    append_row(projected, row, shown.projected);
  }
}

bool shows_rows(const SampleOrder& order) {
  return !order.images.empty() || !order.rows.empty();
}

}  // namespace

std::vector<SampleOrder> order_samples(const std::vector<ManifestPart>& parts) {
  std::uint64_t photos = 0;
  for (const ManifestPart& part : parts) photos += part.ok;
  const std::uint64_t step = std::max<std::uint64_t>(1, (photos + kMostHashed - 1) / kMostHashed);
  std::vector<SampleOrder> orders;
  orders.reserve(parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) orders.push_back({parts[i].sampled, {}, i % step == 0});
  return orders;
}

PartSample sample_part(const RowTable& features, const RowTable& projected, const SampleOrder& order, const std::string& origin) {
  PartSample sample;
  const std::vector<std::uint32_t> labels = count_labels(projected.labels, sample.labels);
  for (std::size_t row = 0; order.hashes && row < labels.size(); ++row) sample.hashed.push_back({labels[row], hash_row(projected, row)});
  if (shows_rows(order)) take_rows(features, projected, labels, order, origin, sample.shown);
  return sample;
}

PartSample read_part_sample(const Location& output, const ManifestPart& part, const SampleOrder& order) {
  const RowTable features = shows_rows(order) ? read_features(output, part) : RowTable();
  return sample_part(features, read_projected(output, part), order, printable(output.path_of(part.features.key)));
}

}  // namespace coulis
