// Images as text, in the metadata of part files and in a cluster's orders: [["key", size, mtime, "etag", "label"], ...].
#pragma once

#include <string>
#include <vector>

#include "job/listing/image_list.hpp"

namespace coulis {

std::string images_to_text(const std::vector<ImageRef>& images);  // ASCII; without their places in containers

// Throws Error(kRunFailed) naming `origin` if the text is malformed.
std::vector<ImageRef> parse_images(const std::string& text, const std::string& origin);

}  // namespace coulis
