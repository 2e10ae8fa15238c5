// The part files of OUTPUT: their names, and what a listing of OUTPUT says of them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "job/output/manifest_parts.hpp"
#include "job/storage/location.hpp"

namespace coulis {

// A part file below "features/", "pca/" or "thumbnails/". Other names are ignored.
struct PartFile {
  std::uint64_t number = 0;
  std::string fingerprint;
  std::string key;
  std::uint64_t size_bytes = 0;  // 0: unknown
};
inline PartFile features_file(const ManifestPart& part) {
  return {part.number, part.fingerprint, part.features.key, part.features.size_bytes};
}
std::vector<std::uint64_t> numbers_of(const std::vector<PartFile>& files);
std::vector<PartFile> list_part_files(const Location& output, std::string_view folder);  // by number

// Part files that no part names: from an earlier PCA, removed images or other options.
std::vector<PartFile> list_unnamed_part_files(const Location& output, const std::vector<ManifestPart>& parts);

// "part-00007-<fingerprint>.snappy.parquet"; "part-00007-<fingerprint>.zstd.parquet"
std::string part_file_name(std::uint64_t number, std::string_view fingerprint, std::string_view compression);

}  // namespace coulis
