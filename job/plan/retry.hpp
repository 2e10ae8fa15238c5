// Retry: photos that an earlier run refused, though not for what is in them, are tried again by the next run: those that could not be read,
// for rights and servers are mended without a photo changing, and those of a format that this build reads and the earlier one did not.
#pragma once

#include <string_view>

#include "job/output/manifest.hpp"
#include "job/plan/plan.hpp"

namespace coulis {

// Parts of the plan that are done and hold such a photo become parts to do. `formats`: list_formats() of this build. Opens the files of
// those with a failure only.
void plan_retries(Plan& plan, const Manifest& earlier, std::string_view formats, const ReadPartRecord& read_record);

// After a run that ended without a manifest: the next one would take parts with such photos for done.
bool has_unread(const PartRecord& record);  // a photo that may be read the next time
void remove_parts_to_retry(const Location& output, const ReadPartRecord& read_record);

}  // namespace coulis
