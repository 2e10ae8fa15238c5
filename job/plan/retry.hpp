// Retry: photos that could not be read are tried again by the next run. Rights and servers are mended without a photo changing.
#pragma once

#include <functional>

#include "job/output/manifest.hpp"
#include "job/plan/plan.hpp"

namespace coulis {

// Parts of the plan that are done and hold such a photo become parts to do. `read_record` opens the files of those with a failure only.
void plan_retries(Plan& plan, const Manifest& earlier, const std::function<PartRecord(const PartFile&)>& read_record);

}  // namespace coulis
