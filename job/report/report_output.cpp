#include "job/report/report_output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include "core/base/error.hpp"
#include "job/output/part_record.hpp"
#include "job/output/part_tables.hpp"
#include "job/reduce/neighbours.hpp"
#include "job/report/read_thumbnails.hpp"
#include "job/report/report.hpp"
#include "job/tables/tables.hpp"
#include "job/threads/workers.hpp"

namespace coulis {
namespace {

constexpr std::uint64_t kMaxCandidates = 65'536;  // photos in the parts that are searched for near-duplicates
constexpr std::size_t kComponentsOnTheMap = 10;
constexpr std::size_t kPartsInMemory = 32;  // of the PCA: small
constexpr std::size_t kOtherWidths[] = {2, 5, 10, 20, 50, 100, 200, 500};

// Photos of one part, or of all.
struct Sample {
  std::vector<std::uint32_t> labels;  // [photos], indices into those of the census
  std::vector<ImageRef> images;       // [photos]
  std::vector<std::string> paths;     // [photos]
  std::vector<float> features;        // [photos, width]
  std::vector<float> projected;       // [photos, k]
  std::size_t width = 0;
  std::size_t k = 0;

  std::size_t size() const { return paths.size(); }
};

Census count_labels(const Location& output, const std::vector<ManifestPart>& parts, std::uint64_t photos, int threads) {
  const std::uint64_t step = std::max<std::uint64_t>(1, (photos + kMaxCandidates - 1) / kMaxCandidates);
  Census census;
  for (std::size_t first = 0; first < parts.size(); first += kPartsInMemory) {
    std::vector<RowTable> tables(std::min(kPartsInMemory, parts.size() - first));
    for_each_parallel(threads, tables.size(), [&](std::size_t i) { tables[i] = read_projected(output, parts[first + i]); });
    for (std::size_t i = 0; i < tables.size(); ++i) census.add(static_cast<std::uint32_t>(first + i), tables[i], (first + i) % step == 0);
  }
  return census;
}

void append_row(const RowTable& table, std::uint32_t row, std::vector<float>& to) {
  const auto values = table.matrix().row(row);
  to.insert(to.end(), values.begin(), values.end());
}

// The rows of sampled photos and near-duplicates, each once, ascending. A photo that failed has none.
std::vector<std::uint32_t> rows_to_show(const ManifestPart& part, const PartRecord& record, std::vector<std::uint32_t> rows) {
  std::size_t failures_before = 0;
  for (const std::uint32_t image : part.sampled) {
    while (failures_before < record.failures.size() && record.failures[failures_before].index < image) ++failures_before;
    const bool failed = failures_before < record.failures.size() && record.failures[failures_before].index == image;
    if (!failed) rows.push_back(image - static_cast<std::uint32_t>(failures_before));
  }
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

Sample read_rows(const Location& output, const ManifestPart& part, std::vector<std::uint32_t> twins, const Census& census) {
  const std::string origin = printable(output.path_of(part.features.key));
  const RowTable features = read_features(output, part);
  const RowTable projected = read_projected(output, part);
  PartRecord record = parse_part_record(features.metadata, origin);
  const std::vector<std::uint32_t> rows = rows_to_show(part, record, std::move(twins));
  const std::vector<ImageRef> images = images_with_rows(std::move(record));
  const bool fits = features.rows() == projected.rows() && features.rows() == images.size();
  if (!fits || (!rows.empty() && rows.back() >= images.size())) {
    throw Error(ErrorCode::kRunFailed, fmt::format("{} does not fit its other files", origin),
                "remove the file, then run the same `coulis run` command again");
  }
  Sample sample;
  sample.width = features.width;
  sample.k = projected.width;
  sample.features.reserve(rows.size() * sample.width);
  for (const std::uint32_t row : rows) {
    const std::optional<std::uint32_t> maybe_label = census.find(features.labels[row]);
    if (!maybe_label) continue;  // the photo's label is beyond the first 100,000
    sample.labels.push_back(*maybe_label);
    sample.images.push_back(images[row]);
    sample.paths.push_back(features.paths[row]);
    append_row(features, row, sample.features);
    append_row(projected, row, sample.projected);
  }
  return sample;
}

template <class T>
void append(std::vector<T>& to, std::vector<T>&& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  from = std::vector<T>();
}

Sample read_sample(const Location& output, const Manifest& manifest, const Census& census, int threads) {
  std::map<std::uint32_t, std::vector<std::uint32_t>> twins;  // by part
  for (const SampledRow& twin : census.find_twins()) twins[twin.part].push_back(twin.row);
  std::vector<Sample> parts(manifest.parts.size());
  for_each_parallel(threads, parts.size(), [&](std::size_t i) {
    const auto found = twins.find(static_cast<std::uint32_t>(i));
    if (found == twins.end() && manifest.parts[i].sampled.empty()) return;
    parts[i] = read_rows(output, manifest.parts[i], found == twins.end() ? std::vector<std::uint32_t>() : found->second, census);
  });
  Sample sample;
  std::size_t values = 0;
  for (const Sample& part : parts) values += part.features.size();
  sample.features.reserve(values);
  for (Sample& part : parts) {
    if (part.size() == 0) continue;
    if (sample.size() != 0 && (part.width != sample.width || part.k != sample.k)) {
      throw Error(ErrorCode::kRunFailed, fmt::format("the parts of {} have rows of different widths", printable(output.root())),
                  "`coulis verify` names the files");
    }
    sample.width = part.width;
    sample.k = part.k;
    append(sample.labels, std::move(part.labels));
    append(sample.images, std::move(part.images));
    append(sample.paths, std::move(part.paths));
    append(sample.features, std::move(part.features));
    append(sample.projected, std::move(part.projected));
  }
  return sample;
}

std::vector<float> first_columns(const Sample& sample, std::size_t columns) {
  std::vector<float> values;
  for (std::size_t photo = 0; photo < sample.size(); ++photo) {
    const auto row = sample.projected.begin() + static_cast<std::ptrdiff_t>(photo * sample.k);
    values.insert(values.end(), row, row + static_cast<std::ptrdiff_t>(columns));
  }
  return values;
}

std::vector<AgreementAt> agreement_by_width(const Figures& figures, const Sample& sample, int threads) {
  if (figures.neighbours.count == 0) return {};
  std::vector<std::size_t> widths;
  for (const std::size_t width : kOtherWidths) {
    if (width < sample.k) widths.push_back(width);
  }
  widths.push_back(sample.k);
  std::vector<AgreementAt> agreement;
  for (const std::size_t width : widths) {
    const std::vector<float> columns = first_columns(sample, width);
    const NeighbourTable nearest = find_neighbours({columns.data(), sample.size(), width}, 1, threads);
    agreement.push_back({width, label_agreement(nearest, figures.photo_labels)});
  }
  agreement.push_back({sample.width, label_agreement(figures.neighbours, figures.photo_labels)});
  return agreement;
}

// Relative to the input if the path is below it: shorter, and enough to distinguish photos.
std::string path_below(const std::string& path, const std::string& input) {
  return path.starts_with(input + "/") ? path.substr(input.size() + 1) : path;
}

}  // namespace

Figures gather_figures(const Location& output, const Manifest& manifest, int threads, const ReportOptions& options, Progress& progress) {
  const Census census = count_labels(output, manifest.parts, manifest.ok, threads);
  const Sample sample = read_sample(output, manifest, census, threads);
  const MatrixView<const float> features{sample.features.data(), sample.size(), sample.width};
  Figures figures;
  figures.labels = census.labels();
  figures.photos_of_more_labels = census.photos_of_more_labels();
  for (std::size_t photo = 0; photo < sample.size(); ++photo) {
    figures.paths.push_back(path_below(sample.paths[photo], manifest.input));
    figures.photo_labels.push_back(sample.labels[photo]);
  }
  forget_unseen_labels(figures);
  figures.components = std::min(kComponentsOnTheMap, sample.k);
  figures.coordinates = first_columns(sample, figures.components);
  figures.neighbours = find_neighbours(features, kReportNeighbours, threads);
  figures.typical_distance = typical_distance(features);
  figures.agreement = agreement_by_width(figures, sample, threads);
  describe_likeness(figures);
  if (!options.no_thumbnails) add_thumbnails(figures, sample.images, sample.paths, output, manifest, threads, progress);
  return figures;
}

}  // namespace coulis
