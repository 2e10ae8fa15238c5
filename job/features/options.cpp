#include "job/features/options.hpp"

#include <fmt/format.h>

#include "core/base/error.hpp"

namespace coulis {

std::string_view to_string(OnBad on_bad) {
  return on_bad == OnBad::kFail ? "fail" : "skip";
}

OnBad parse_on_bad(std::string_view name) {
  if (name == "skip") return OnBad::kSkip;
  if (name == "fail") return OnBad::kFail;
  throw Error(ErrorCode::kUsage, fmt::format("unknown --on-bad '{}'", name), "use skip or fail");
}

}  // namespace coulis
