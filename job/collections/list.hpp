// Lists of photos as INPUT: a file that names them, "-" for what a pipe names, or "shard-{000..127}.tar".
#pragma once

#include <optional>
#include <string>

#include "job/collections/options.hpp"
#include "job/storage/location.hpp"

namespace coulis {

// The place where the photos are, of which only these are seen; nothing where `uri` is no list. That place is the list's own folder if all
// lie below it, else the root, or their bucket. Throws Error(kNothingToRead) for a list that cannot be read, Error(kUsage) for one whose
// photos lie in several buckets.
std::optional<Location> maybe_open_list(const std::string& uri, const StorageOptions& storage, const CollectionOptions& columns);

}  // namespace coulis
