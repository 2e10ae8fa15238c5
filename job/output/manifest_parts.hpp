// The parts of a finished OUTPUT: parts.jsonl, to which the manifest refers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "job/output/manifest.hpp"

namespace coulis {

struct ManifestPart {
  std::uint64_t number = 0;
  std::string fingerprint;
  std::uint64_t listed = 0;
  std::uint64_t ok = 0;
  std::uint64_t failed = 0;
  ManifestFile features;
  ManifestFile pca;
  std::uint64_t turned = 0;                           // photos of `ok` whose EXIF orientation turns them, applied or not
  std::optional<ManifestFile> maybe_thumbnails = {};  // of photos of the sample
  std::optional<ManifestFile> maybe_csv = {};  // the lines of the part: a piece of matrix.csv, after those of earlier parts, or a file
  std::vector<std::uint32_t> sampled = {};     // photos that the report shows: indices into the part's listed photos, ascending
};

std::string to_lines(const std::vector<ManifestPart>& parts);
std::vector<ManifestPart> parse_parts(std::string_view lines, const std::string& origin);  // throws Error(kRunFailed) for a malformed line

// Replaces parts.jsonl and describes it in the manifest, which must be written after it.
void put_parts(const Location& output, const std::vector<ManifestPart>& parts, Manifest& manifest);

// Empty if parts.jsonl is missing or is not the one that the manifest describes: a run was stopped between the two.
std::optional<std::vector<ManifestPart>> find_parts(const Location& output, const Manifest& manifest);
std::vector<ManifestPart> read_parts(const Location& output, const Manifest& manifest);  // throws Error(kRunFailed) instead

}  // namespace coulis
