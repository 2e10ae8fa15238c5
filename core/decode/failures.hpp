// How a codec refuses an image, and the check of its size before anything is allocated.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/failure.hpp"

namespace coulis {

Failure truncated(std::string message);
Failure corrupt(std::string message);
Failure unsupported(std::string message);
Failure too_large(std::string message);

// A failure for an empty size (kCorrupt) and for more than max_pixels (kTooLarge).
std::optional<Failure> refuse_size(std::int64_t width_px, std::int64_t height_px, std::int64_t max_pixels);

}  // namespace coulis
