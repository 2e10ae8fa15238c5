#include "job/export/export_output.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
#include "core/encode/jpeg.hpp"
#include "job/export/huggingface.hpp"
#include "job/export/projector.hpp"
#include "job/listing/others.hpp"
#include "job/output/part_record.hpp"
#include "job/output/part_tables.hpp"
#include "job/reduce/neighbours.hpp"
#include "job/report/read_thumbnails.hpp"
#include "job/tables/tables.hpp"

namespace coulis {
namespace {

constexpr std::uint64_t kMostSearched = 16'384;  // photos among which neighbours are searched
constexpr int kThumbnail_px = 48;
constexpr int kSpriteQuality = 85;
constexpr std::size_t kNeighbours = 15;
constexpr const char* kMapKey = "data.parquet";

struct Finished {
  const Location& output;
  Manifest manifest;
  std::vector<ManifestPart> parts;
};

Finished read_finished(const Location& output) {
  std::optional<Manifest> manifest = read_manifest(output);
  if (!manifest || !output.has(kSuccessKey) || manifest->ok == 0) {
    throw Error(ErrorCode::kRunFailed, fmt::format("{} holds no finished run with photos", printable(output.root())),
                "finish it with `coulis run` first");
  }
  std::vector<ManifestPart> parts = read_parts(output, *manifest);
  return {output, std::move(*manifest), std::move(parts)};
}

struct Photos {
  std::vector<std::string> paths;
  std::vector<std::string> labels;
  std::vector<ImageRef> images;
  std::vector<float> features;  // [photos, width]
  std::size_t width = 0;

  MatrixView<const float> matrix() const { return {features.data(), paths.size(), width}; }
};

// At most `limit` photos, evenly spread over the listing.
Photos read_photos(const Finished& run, std::uint64_t limit) {
  const double share = std::min(1.0, static_cast<double>(limit) / static_cast<double>(run.manifest.ok));
  Photos photos;
  std::uint64_t row_of_output = 0;
  for (const ManifestPart& part : run.parts) {
    RowTable table = read_features(run.output, part);
    std::vector<ImageRef> images = images_with_rows(parse_part_record(table.metadata, printable(run.output.path_of(part.features.key))));
    for (std::size_t row = 0; row < table.rows(); ++row, ++row_of_output) {
      const auto before = static_cast<double>(row_of_output);
      if (std::floor(share * (before + 1)) == std::floor(share * before)) continue;
      const auto values = table.matrix().row(row);
      photos.features.insert(photos.features.end(), values.begin(), values.end());
      photos.paths.push_back(std::move(table.paths[row]));
      photos.labels.push_back(std::move(table.labels[row]));
      photos.images.push_back(std::move(images.at(row)));
      photos.width = table.width;
    }
  }
  return photos;
}

Exported export_to_projector(const Finished& run, std::uint64_t limit, const Location& destination, int threads, Progress& progress) {
  const Photos photos = read_photos(run, limit);
  ProjectorTable table{photos.paths.size(), photos.width};
  const std::vector<Image> thumbnails = read_thumbnails(photos.images, kThumbnail_px, run.output, run.manifest, threads, progress);
  if (!thumbnails.empty()) {
    table.thumbnail_px = kThumbnail_px;
    const int columns = static_cast<int>(std::ceil(std::sqrt(static_cast<double>(thumbnails.size()))));
    destination.put(kSpriteKey, encode_jpeg(lay_out(thumbnails, columns, kThumbnail_px).view(), kSpriteQuality));
  }
  destination.put(kTensorKey, std::as_bytes(std::span(photos.features)));
  destination.put(kPhotoNamesKey, photo_names(photos.labels, photos.paths));
  destination.put(kStandaloneKey, standalone_config(table));
  destination.put(kTensorBoardKey, tensorboard_config(table));
  return {photos.paths.size(), run.manifest.ok, fmt::format("tensorboard --logdir {}", printable(destination.root()))};
}

void add_neighbours(MapTable& map, MatrixView<const float> features, int threads) {
  const NeighbourTable found = find_neighbours(features, kNeighbours, threads);
  map.neighbours = found.count;
  for (const Neighbour& neighbour : found.nearest) {
    map.nearest.push_back(neighbour.row);
    map.distances.push_back(neighbour.distance);
  }
}

Exported export_to_embedding_atlas(const Finished& run, const Location& destination, int threads) {
  MapTable map;
  for (const ManifestPart& part : run.parts) {
    RowTable table = read_projected(run.output, part);
    for (std::size_t row = 0; row < table.rows(); ++row) {
      const auto components = table.matrix().row(row);
      map.x.push_back(components[0]);
      map.y.push_back(table.width > 1 ? components[1] : 0);
    }
    std::move(table.paths.begin(), table.paths.end(), std::back_inserter(map.paths));
    std::move(table.labels.begin(), table.labels.end(), std::back_inserter(map.labels));
  }
  if (run.manifest.ok <= kMostSearched) {
    const Photos photos = read_photos(run, kMostSearched);
    add_neighbours(map, photos.matrix(), threads);
  }
  destination.put(kMapKey, write_map_parquet(map));
  return {run.manifest.ok, run.manifest.ok,
          fmt::format("embedding-atlas {}/{} --x x --y y --neighbors neighbors", printable(destination.root()), kMapKey)};
}

Exported export_to_huggingface(const Finished& run, const Location& destination) {
  for (std::size_t i = 0; i < run.parts.size(); ++i) {
    RowTable table = read_features(run.output, run.parts[i]);
    table.metadata = provenance_in(std::move(table.metadata));
    table.metadata.emplace_back(kDatasetSchemaName, dataset_schema());
    destination.put(shard_key(i, run.parts.size()), write_row_table(table, kFeaturesColumn, Compression::kSnappy));
  }
  destination.put(kDatasetCardKey, dataset_card(run.manifest));
  return {run.manifest.ok, run.manifest.ok, fmt::format("datasets.load_dataset(\"{}\")", printable(destination.root()))};
}

}  // namespace

Exported export_output(const Location& output, const ExportOptions& options, const Location& destination, int threads, Progress& progress) {
  const Finished run = read_finished(output);
  destination.put(kExportMark, std::string_view());  // first, so that a run never takes these files for photos
  switch (options.format) {
    case ExportFormat::kProjector: return export_to_projector(run, options.limit, destination, threads, progress);
    case ExportFormat::kEmbeddingAtlas: return export_to_embedding_atlas(run, destination, threads);
    case ExportFormat::kHuggingface: return export_to_huggingface(run, destination);
  }
  return {};
}

}  // namespace coulis
