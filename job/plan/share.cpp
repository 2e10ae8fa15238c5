#include "job/plan/share.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/base/error.hpp"
#include "core/base/printable.hpp"
#include "core/base/whole_number.hpp"

namespace coulis {
Share parse_share(const std::string& text) {
  const std::string_view all = text;
  const std::size_t slash = std::min(all.find('/'), all.size());
  Share share;
  const bool numbers =
      slash < all.size() && parse_whole_number(all.substr(0, slash), share.index) && parse_whole_number(all.substr(slash + 1), share.count);
  if (!numbers || share.index < 1 || share.index > share.count) {
    throw Error(ErrorCode::kUsage, fmt::format("--share {} is not a share", printable(text)),
                "write 1/64 to 64/64; if indices begin at 0, add 1: --share $((INDEX + 1))/64");
  }
  return share;
}

Plan take_share(Plan plan, const Share& share) {
  std::erase_if(plan.parts, [&](const Part& part) { return part.number % share.count + 1 != share.index; });
  return plan;
}

}  // namespace coulis
