#include "core/decode/formats.hpp"

#include "core/decode/avif.hpp"
#include "core/decode/decode.hpp"
#include "core/decode/heif.hpp"

namespace coulis {

std::string list_formats() {
  std::string list;
  for (int i = 0; to_string(static_cast<Format>(i)) != "unknown"; ++i) {
    const auto format = static_cast<Format>(i);
    if ((format == Format::kHeif && !reads_hevc()) || (format == Format::kAvif && !reads_av1())) continue;
    list += list.empty() ? "" : " ";
    list += to_string(format);
  }
  return list;
}

}  // namespace coulis
