// The offsets of an order's photos in their containers, as JSON, so that a task need not list the containers.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "job/listing/listing.hpp"

namespace coulis {

// {"containers": [[key, size, mtime, etag]], "places": [[container, offset, stored, checksum, packing], or null for a file of its own]};
// null if no image is in a container.
nlohmann::ordered_json places_to_json(const std::vector<ImageRef>& images);
void read_places(const nlohmann::ordered_json& value, std::vector<ImageRef>& images);  // throws json::exception

}  // namespace coulis
