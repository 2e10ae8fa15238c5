// Retry: photos that could not be read are tried again by the next run. Rights and servers are mended without a photo changing.
#pragma once

#include <functional>

#include "job/output/manifest.hpp"
#include "job/plan/plan.hpp"

namespace coulis {

using ReadPartRecord = std::function<PartRecord(const PartFile&)>;

// Parts of the plan that are done and hold such a photo become parts to do. Opens the files of those with a failure only.
void plan_retries(Plan& plan, const Manifest& earlier, const ReadPartRecord& read_record);

// After a run that ended without a manifest: the next one would take parts with such photos for done.
void remove_parts_to_retry(const Location& output, const ReadPartRecord& read_record);

}  // namespace coulis
