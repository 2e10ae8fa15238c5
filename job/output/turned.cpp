#include "job/output/turned.hpp"

#include <fmt/format.h>

#include "core/base/counted.hpp"

namespace coulis {

std::string describe_turned(std::uint64_t turned, std::uint64_t photos, const OptionTexts& options) {
  if (turned == 0) return "";
  const auto found = options.find("exif-orientation");
  const bool upright = found != options.end() && found->second == std::vector<std::string>{"true"};
  return fmt::format("{} of {} {} stored rotated or mirrored, as {} EXIF orientation says: {}", turned, counted(photos, "photo"),
                     turned == 1 ? "is" : "are", turned == 1 ? "its" : "their",
                     upright ? "turned upright by --exif-orientation" : "used as stored; --exif-orientation turns them upright");
}

}  // namespace coulis
