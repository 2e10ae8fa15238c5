// The committed parts: counts, error rows and moments, from the files of OUTPUT or from the tables that were written into them.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/moments/moments.hpp"
#include "core/moments/moments_tree.hpp"
#include "job/output/manifest_parts.hpp"
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

// table: read from `bytes`, or written into them.
CommittedPart describe_committed_part(const Location& input, const Location& output, const PartFile& file, const Bytes& bytes,
                                      const RowTable& table);
// Throws Error(kRunFailed) for a part that is damaged.
CommittedPart read_committed_part(const Location& input, const Location& output, const PartFile& file);
Committed gather(std::vector<CommittedPart> parts,
                 Moments moments);  // by number; `moments`: the sum over all parts, whose own moments are ignored

// Gathers the parts of an output. The moments of a part are merged when it is added.
class CommittedParts {
 public:
  explicit CommittedParts(const std::vector<PartFile>& files);  // by number

  void add(CommittedPart part);  // each once, in any order, from any threads
  bool complete() const;         // call it when no thread adds
  Committed take() &&;           // Error(kRunFailed) if it is not complete

 private:
  std::vector<std::uint64_t> numbers_;
  std::vector<CommittedPart> parts_;
  MomentsTree tree_;
  std::atomic<std::size_t> added_ = 0;
};

// files: the part files of the output, by number.
Committed read_committed(const Location& input, const Location& output, const std::vector<PartFile>& files, int threads,
                         Progress& progress);

}  // namespace coulis
