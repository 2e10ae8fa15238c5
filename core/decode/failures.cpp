#include "core/decode/failures.hpp"

#include <fmt/format.h>

#include <limits>
#include <utility>

namespace coulis {

Failure truncated(std::string message) {
  return {Stage::kDecode, FailureCode::kTruncated, std::move(message)};
}
Failure corrupt(std::string message) {
  return {Stage::kDecode, FailureCode::kCorrupt, std::move(message)};
}
Failure unsupported(std::string message) {
  return {Stage::kDecode, FailureCode::kUnsupported, std::move(message)};
}
Failure too_large(std::string message) {
  return {Stage::kDecode, FailureCode::kTooLarge, std::move(message)};
}

std::optional<Failure> refuse_size(std::int64_t width_px, std::int64_t height_px, std::int64_t max_pixels) {
  if (width_px <= 0 || height_px <= 0) return corrupt(fmt::format("The header says {} x {} pixels", width_px, height_px));
  constexpr std::int64_t kMaxSide = std::numeric_limits<int>::max() / 16;  // rows of 16 bytes a pixel still fit an int
  if (width_px > kMaxSide || height_px > kMaxSide || width_px > max_pixels / height_px) {
    return too_large(fmt::format("{} x {} pixels are more than the limit of {}", width_px, height_px, max_pixels));
  }
  return std::nullopt;
}

}  // namespace coulis
