#include "job/report/report_output.hpp"

#include <fmt/format.h>

#include <algorithm>
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

constexpr std::uint64_t kMaxCandidates = 65'536;  // photos of the parts that the sample is taken from
constexpr std::size_t kComponentsOnTheMap = 10;
constexpr std::size_t kPartsInMemory = 32;  // of the PCA: small
constexpr std::size_t kOtherWidths[] = {2, 5, 10, 20, 50, 100, 200, 500};

struct Sample {
  std::vector<SampledPhoto> photos;
  std::vector<ImageRef> images;    // [photos]
  std::vector<std::string> paths;  // [photos]
  std::vector<float> features;     // [photos, width]
  std::vector<float> projected;    // [photos, k]
  std::size_t width = 0;
  std::size_t k = 0;
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

void copy_row(const RowTable& table, std::uint32_t row, std::vector<float>& to, std::size_t photo) {
  const auto values = table.matrix().row(row);
  std::copy(values.begin(), values.end(), to.begin() + static_cast<std::ptrdiff_t>(photo * table.width));
}

// The rows of photos first..last, all of one part.
void read_rows(const Location& output, const ManifestPart& part, std::size_t first, std::size_t last, Sample& sample) {
  const std::string origin = printable(output.path_of(part.features.key));
  const RowTable features = read_features(output, part);
  const RowTable projected = read_projected(output, part);
  const std::vector<ImageRef> images = images_with_rows(parse_part_record(features.metadata, origin));
  if (features.width != sample.width || projected.width != sample.k || features.rows() != projected.rows() ||
      features.rows() != images.size()) {
    throw Error(ErrorCode::kRunFailed, fmt::format("{} does not fit its other files", origin),
                "remove the file, then run the same `coulis run` command again");
  }
  for (std::size_t photo = first; photo < last; ++photo) {
    const std::uint32_t row = sample.photos[photo].row;
    sample.images[photo] = images.at(row);
    sample.paths[photo] = features.paths[row];
    copy_row(features, row, sample.features, photo);
    copy_row(projected, row, sample.projected, photo);
  }
}

Sample read_sample(const Location& output, const Manifest& manifest, std::vector<SampledPhoto> photos, int threads) {
  Sample sample;
  sample.photos = std::move(photos);
  const std::size_t n = sample.photos.size();
  std::vector<std::size_t> begins;  // of the photos of one part; and the end
  for (std::size_t photo = 0; photo < n; ++photo) {
    if (photo == 0 || sample.photos[photo].part != sample.photos[photo - 1].part) begins.push_back(photo);
  }
  sample.width = read_features(output, manifest.parts.at(sample.photos.front().part)).width;
  sample.k = manifest.pca.explained_variance_ratio.size();
  sample.images.resize(n);
  sample.paths.resize(n);
  sample.features.resize(n * sample.width);
  sample.projected.resize(n * sample.k);
  begins.push_back(n);
  for_each_parallel(threads, begins.size() - 1, [&](std::size_t i) {
    read_rows(output, manifest.parts.at(sample.photos[begins[i]].part), begins[i], begins[i + 1], sample);
  });
  return sample;
}

std::vector<float> first_columns(const Sample& sample, std::size_t columns) {
  std::vector<float> values;
  for (std::size_t photo = 0; photo < sample.photos.size(); ++photo) {
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
    const NeighbourTable nearest = find_neighbours({columns.data(), sample.photos.size(), width}, 1, threads);
    agreement.push_back({width, label_agreement(nearest, figures.photo_labels)});
  }
  agreement.push_back({sample.width, label_agreement(figures.neighbours, figures.photo_labels)});
  return agreement;
}

// Below the input where it is there: shorter, and what tells photos apart.
std::string path_below(const std::string& path, const std::string& input) {
  return path.starts_with(input + "/") ? path.substr(input.size() + 1) : path;
}

}  // namespace

Figures gather_figures(const Location& output, const Manifest& manifest, int threads, const ReportOptions& options, Progress& progress) {
  const Census census = count_labels(output, manifest.parts, manifest.ok, threads);
  const Sample sample = read_sample(output, manifest, census.sample(kMostReportPhotos), threads);
  const MatrixView<const float> features{sample.features.data(), sample.photos.size(), sample.width};
  Figures figures;
  figures.labels = census.labels();
  figures.photos_of_more_labels = census.photos_of_more_labels();
  for (std::size_t photo = 0; photo < sample.photos.size(); ++photo) {
    figures.paths.push_back(path_below(sample.paths[photo], manifest.input));
    figures.photo_labels.push_back(sample.photos[photo].label);
  }
  forget_unseen_labels(figures);
  figures.components = std::min(kComponentsOnTheMap, sample.k);
  figures.coordinates = first_columns(sample, figures.components);
  figures.neighbours = find_neighbours(features, kReportNeighbours, threads);
  figures.typical_distance = typical_distance(features);
  figures.agreement = agreement_by_width(figures, sample, threads);
  describe_likeness(figures);
  if (!options.no_thumbnails) add_thumbnails(figures, sample.images, output, manifest, threads, progress);
  return figures;
}

}  // namespace coulis
