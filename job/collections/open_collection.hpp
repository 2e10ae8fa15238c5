// open_collection: INPUT, be it a folder, a prefix or a single file, with archives and tables seen as folders of photos.
#pragma once

#include <string>

#include "job/collections/options.hpp"
#include "job/storage/location.hpp"

namespace coulis {

Location open_collection(const std::string& uri, const StorageOptions& storage, const CollectionOptions& options);  // throws as Location()
Location as_collection(const Location& place, const CollectionOptions& options);

}  // namespace coulis
