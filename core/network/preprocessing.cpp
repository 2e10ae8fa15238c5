#include "core/network/preprocessing.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace coulis {
namespace {

// One number if the channels agree, so that the fingerprints of existing outputs stay the same.
std::string format_channels(const std::array<double, 3>& values) {
  const bool equal = values[0] == values[1] && values[1] == values[2];
  return equal ? fmt::format("{}", values[0]) : fmt::format("[{}]", fmt::join(values, ", "));
}

}  // namespace

std::string to_string(const Preprocessing& p) {
  return fmt::format("rgb {}x{} {}, u8 * {} + {}", p.resize.width_px, p.resize.height_px, to_string(p.resize.filter),
                     format_channels(p.scale), format_channels(p.offset));
}

}  // namespace coulis
