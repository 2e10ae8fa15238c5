// PartRecord: the metadata of a committed part file. It is enough to plan, resume and write the errors table without a
// manifest, so that a killed run loses no finished part.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/base/failure.hpp"
#include "job/listing/listing.hpp"

namespace coulis {

struct FailedImage {
  std::size_t index = 0;  // into PartRecord::images
  std::string stage;
  std::string code;
  std::string message;  // written as printable text: a decoder may quote bytes of the file
};

struct PartRecord {
  std::string settings;               // as in PlanOptions
  std::vector<ImageRef> images;       // every member, the failed ones included
  std::vector<FailedImage> failures;  // by index
  std::string formats = {};           // list_formats() of the build that wrote it; kept only with an "unsupported" failure
  std::uint64_t turned = 0;           // images with a row and an EXIF orientation that turns them, applied or not
};

std::vector<ImageRef> images_with_rows(PartRecord record);  // those that did not fail, in their order

std::size_t count_failures(const PartRecord& record, FailureCode code);

// Key-value pairs of text, "coulis.settings", "coulis.images", "coulis.failures", "coulis.turned" if an
// image is turned, and "coulis.formats" if a format was refused. The same record gives the same text.
std::vector<std::pair<std::string, std::string>> to_metadata(const PartRecord& record);

// The pairs of a part file that are the same in every file of
// the output: model, versions and settings, without its images.
std::vector<std::pair<std::string, std::string>> provenance_in(std::vector<std::pair<std::string, std::string>> metadata);

// Of a part file in `output`. Throws as parse_part_record(), and Error(kStorage).
// Of a part file; reads its end alone where its size is known, which is not 0.
PartRecord read_part_record(const Location& output, const std::string& key, std::uint64_t size_bytes = 0);

// Throws Error(kRunFailed) naming `origin` if the pairs are missing or malformed.
PartRecord parse_part_record(const std::vector<std::pair<std::string, std::string>>& metadata, const std::string& origin);

}  // namespace coulis
