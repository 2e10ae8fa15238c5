#include "job/features/bad_image_limit.hpp"

#include <fmt/format.h>

#include "core/base/error.hpp"

namespace coulis {
namespace {

constexpr double kRoundingSlack = 1 + 1e-12;  // 58 % of 50 is 29, but 0.58 * 50 is less

}  // namespace

BadImageLimit::BadImageLimit(const FeatureOptions& options, std::uint64_t listed)
    : on_bad_(options.on_bad),
      listed_(listed),
      allowed_(on_bad_ == OnBad::kFail ? 0 : static_cast<std::uint64_t>(options.max_bad * static_cast<double>(listed) * kRoundingSlack)) {}

void BadImageLimit::check(std::uint64_t bad, std::string_view path, std::string_view code, std::string_view message) const {
  if (allows(bad)) return;
  if (on_bad_ == OnBad::kFail) {
    throw Error(ErrorCode::kTooManyBad, fmt::format("{}: {} ({})", path, message, code),
                "remove or repair the photo, or run with --on-bad skip");
  }
  throw Error(
      ErrorCode::kTooManyBad,
      fmt::format("{} of {} photos are bad, more than --max-bad allows; the last one is {}: {} ({})", bad, listed_, path, message, code),
      "repair the photos, or allow more with --max-bad; finished parts are kept");
}

}  // namespace coulis
