// Replan: the parts of a listing that an OUTPUT holds in part.
#pragma once

#include <vector>

#include "job/plan/plan.hpp"

namespace coulis {

// first_run: the parts of a run on an empty OUTPUT; they are the plan if nothing of `committed` can be kept.
Plan plan_around_committed(const ImageList& images, std::vector<Part> first_run, const std::vector<PartFile>& committed,
                           const ReadPartRecord& read_record, const PlanOptions& options);

}  // namespace coulis
