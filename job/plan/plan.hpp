// Plan: the listing split into parts, each done or to do. The part is the unit of work, commit, resume and determinism.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "job/listing/image_list.hpp"
#include "job/output/layout.hpp"
#include "job/output/part_record.hpp"
#include "job/plan/part_files.hpp"

namespace coulis {

struct Part {
  std::uint64_t number = 0;
  ImageList images;         // sorted by key
  std::string fingerprint;  // hex: the settings and every member's key, size and mtime or ETag
  bool done = false;
  std::string reason;  // why it is to do; empty when done

  std::vector<std::uint32_t> sampled = {};  // indices of images that the report shows, ascending

  std::string file_key(std::string_view compression,
                       std::string_view folder = kFeaturesFolder) const;  // "features/part-00000-<fingerprint>.snappy.parquet"
  std::string thumbnails_key(std::string_view compression) const;         // the same name in "thumbnails/"
};

struct PlanOptions {
  std::string settings;  // everything that changes the numbers in a part: model, preprocessing, options; one "key=value" per line
  int images_per_part = 1024;
  std::string compression = "snappy";
  bool fresh = false;                         // recompute everything
  std::uint64_t bytes_per_part = 0;           // if not 0: ends new parts by their bytes in a tar, instead of a number of images
  std::string_view folder = kFeaturesFolder;  // of the part files
  int threads = 1;                            // that hash images
  int records_at_a_time = 1;                  // threads that read_record is called from
  std::size_t images_in_memory = kImagesInMemory;
};

struct Plan {
  std::vector<Part> parts;               // by number
  std::vector<std::string> stale_files;  // part files that the finished output must not hold

  std::size_t images() const;
  std::size_t images_to_do() const;
  std::size_t parts_to_do() const;
};

using ReadPartRecord = std::function<PartRecord(const PartFile&)>;  // thread-safe
ReadPartRecord records_in(const Location& output);                  // `output` must outlive it

// Committed parts keep their members: an added image goes to a new part at the end,
// and a changed or removed one recomputes its own part only. `read_record` opens a
// part file; it is called only if the committed files do not match the listing.
// images: sorted by key. Neither they nor the members of the part files are held in memory if there are many.
Plan make_plan(const ImageList& images, const std::vector<PartFile>& committed, const ReadPartRecord& read_record,
               const PlanOptions& options);

}  // namespace coulis
