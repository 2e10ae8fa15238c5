// Where the photos of an order lie in their containers, as JSON: a task reads no directory again.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "job/listing/listing.hpp"

namespace coulis {

// {"containers": [[key, size, mtime, etag]], "places": [[container, offset, stored, checksum, packing], or null for a file of its own]};
// null if no image lies in a container.
nlohmann::ordered_json places_to_json(const std::vector<ImageRef>& images);
void read_places(const nlohmann::ordered_json& value, std::vector<ImageRef>& images);  // throws json::exception

}  // namespace coulis
