// The committed parts, read back: counts, error rows and moments come only from the files of OUTPUT.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/moments/moments.hpp"
#include "job/output/manifest.hpp"
#include "job/plan/part_files.hpp"
#include "job/storage/location.hpp"
#include "job/tables/tables.hpp"
#include "job/threads/progress.hpp"

namespace coulis {

struct Committed {
  std::vector<ManifestPart> parts;  // by number; without their PCA files
  std::vector<ErrorRow> errors;     // in listing order
  std::map<std::string, std::uint64_t> failed_by_code;
  std::uint64_t listed = 0;
  std::uint64_t ok = 0;
  Moments moments;
};

struct CommittedPart {
  ManifestPart entry;
  std::vector<ErrorRow> errors;
  Moments moments;
};

// Throws Error(kRunFailed) for a part that is damaged.
CommittedPart read_committed_part(const Location& input, const Location& output, const PartFile& file);
Committed gather(std::vector<CommittedPart> parts,
                 Moments moments);  // by number; `moments`: the sum over all parts, whose own moments are ignored

// files: the part files of the output, by number.
Committed read_committed(const Location& input, const Location& output, const std::vector<PartFile>& files, int threads,
                         Progress& progress);

}  // namespace coulis
