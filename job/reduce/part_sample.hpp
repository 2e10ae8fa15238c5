// PartSample: what the report needs of the rows of one part.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "job/listing/listing.hpp"
#include "job/output/manifest_parts.hpp"
#include "job/storage/location.hpp"
#include "job/tables/tables.hpp"

namespace coulis {

struct SampleOrder {
  std::vector<std::uint32_t> images = {};  // to show: indices into the part's listed photos, ascending
  std::vector<std::uint32_t> rows = {};    // to show as well: rows of the part
  bool hashes = false;                     // of all rows, to find near-duplicates
};

// One order for each part. There are hashes of at most 65,536 photos: beyond, only every second, third, ... part has them.
std::vector<SampleOrder> order_samples(const std::vector<ManifestPart>& parts);

struct LabelCount {
  std::string name;
  std::uint64_t photos = 0;
};

struct HashedRow {
  std::uint32_t label = 0;  // index into the labels
  std::uint64_t hash = 0;   // of the PCA row
};

// Photos of a part, or of all. A photo that failed has no row.
struct ShownPhotos {
  std::vector<std::uint32_t> labels;  // [photos], indices into the labels of the part, or of the census
  std::vector<ImageRef> images;       // [photos]
  std::vector<std::string> paths;     // [photos]
  std::vector<float> features;        // [photos, width]
  std::vector<float> projected;       // [photos, k]
  std::size_t width = 0;
  std::size_t k = 0;

  std::size_t size() const { return paths.size(); }
};

struct PartSample {
  std::vector<LabelCount> labels;  // of all rows, in their order
  std::vector<HashedRow> hashed;   // [rows]; empty: not ordered
  ShownPhotos shown;               // by row
};

// features: with the part record. origin: of the features. Throws Error(kRunFailed) if the tables do not fit each other.
PartSample sample_part(const RowTable& features, const RowTable& projected, const SampleOrder& order, const std::string& origin);

// From the files of a part. Reads the features only if there are rows to show.
PartSample read_part_sample(const Location& output, const ManifestPart& part, const SampleOrder& order);

}  // namespace coulis
