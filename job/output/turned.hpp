// describe_turned: a sentence about photos that are stored rotated or mirrored, as their EXIF orientation says.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/field_text.hpp"

namespace coulis {

// A sentence for people; empty if there is no such photo. options: of the run.
std::string describe_turned(std::uint64_t turned, std::uint64_t photos, const OptionTexts& options);

}  // namespace coulis
