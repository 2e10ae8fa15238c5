// Retry: a run retries photos that an earlier run refused for reasons outside the photos.
// It retries photos that could not be read, because permissions and servers are repaired
// without changing a photo, and photos in a format that the earlier build did not support.
#pragma once

#include <string_view>
#include <vector>

#include "job/output/manifest_parts.hpp"
#include "job/plan/plan.hpp"

namespace coulis {

// Whether that run may have refused such a photo: if not, nobody needs to read its parts.
bool may_retry(const Manifest& earlier);

// Marks finished parts that hold such a photo as to do. `earlier`: the parts of that run. `formats`: list_formats() of this
// build. Opens only the files of parts with failures.
void plan_retries(Plan& plan, const std::vector<ManifestPart>& earlier, std::string_view formats, const ReadPartRecord& read_record);

// For a run that ended without a manifest: the next run would take parts with such photos for done.
bool has_unread(const PartRecord& record);  // holds a photo that a later run may be able to read
void remove_parts_to_retry(const Location& output, const ReadPartRecord& read_record);

}  // namespace coulis
