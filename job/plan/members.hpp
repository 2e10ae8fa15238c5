// Members: the images of all committed part files, beside those that are listed now.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "job/listing/image_list.hpp"
#include "job/plan/plan.hpp"

namespace coulis {

// A committed part file that was made with the same settings.
struct Candidate {
  PartFile file;
  std::size_t members = 0;  // in its record
};

struct Members {
  std::vector<Candidate> candidates;  // in the order of the files
  ImageList images;                   // by key; candidate_of() tells whose
  bool settings_changed = false;      // of some files, whose members are not here
};

Members read_members(const std::vector<PartFile>& files, const ReadPartRecord& read_record, const PlanOptions& options);
std::size_t candidate_of(const ImageRef& member);

// Calls `visit` for each key, in order: with the listed image, if there is one, and the members of this key.
using VisitKey = std::function<void(const ImageRef* maybe_listed, std::span<const ImageRef> members)>;
void compare(const ImageList& listed, const ImageList& members, const VisitKey& visit);

}  // namespace coulis
