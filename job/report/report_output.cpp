#include "job/report/report_output.hpp"

#include <algorithm>
#include <utility>

#include "job/reduce/neighbours.hpp"
#include "job/report/read_thumbnails.hpp"
#include "job/report/report.hpp"
#include "job/threads/workers.hpp"

namespace coulis {
namespace {

constexpr std::size_t kComponentsOnTheMap = 10;
constexpr std::size_t kOtherWidths[] = {2, 5, 10, 20, 50, 100, 200, 500};

std::vector<float> first_columns(const ShownPhotos& sample, std::size_t columns) {
  std::vector<float> values;
  for (std::size_t photo = 0; photo < sample.size(); ++photo) {
    const auto row = sample.projected.begin() + static_cast<std::ptrdiff_t>(photo * sample.k);
    values.insert(values.end(), row, row + static_cast<std::ptrdiff_t>(columns));
  }
  return values;
}

std::vector<AgreementAt> agreement_by_width(const Figures& figures, const ShownPhotos& sample, int threads) {
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

ReportRows read_report_rows(const Location& output, const std::vector<ManifestPart>& parts, int threads) {
  const std::vector<SampleOrder> orders = order_samples(parts);
  ReportRows rows;
  std::size_t next = 0;
  make_in_parallel(
      threads, parts.size(), [&](std::size_t i) { return read_part_sample(output, parts[i], orders[i]); },
      [&](PartSample sample) { rows.add(next++, std::move(sample)); });
  return rows;
}

Figures gather_figures(const Location& output, const Manifest& manifest, const std::vector<ManifestPart>& parts, ReportRows rows,
                       int threads, const ReportOptions& options, Progress& progress) {
  const ShownPhotos sample = std::move(rows).photos(output, parts, threads);
  const MatrixView<const float> features{sample.features.data(), sample.size(), sample.width};
  Figures figures;
  figures.labels = rows.census().labels();
  figures.photos_of_more_labels = rows.census().photos_of_more_labels();
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
  if (!options.no_thumbnails) add_thumbnails(figures, sample.images, sample.paths, output, manifest, parts, threads, progress);
  return figures;
}

}  // namespace coulis
