// The two tables of a finished part, read from the output.
#pragma once

#include "job/output/manifest_parts.hpp"
#include "job/storage/location.hpp"
#include "job/tables/tables.hpp"

namespace coulis {

// Throw Error(kRunFailed) naming the file if it is missing or is not such a table.
RowTable read_features(const Location& output, const ManifestPart& part);   // [rows, width]; with the part record
RowTable read_projected(const Location& output, const ManifestPart& part);  // [rows, k]

}  // namespace coulis
