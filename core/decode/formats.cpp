#include "core/decode/formats.hpp"

#include "core/decode/codecs.hpp"
#include "core/decode/decode.hpp"

namespace coulis {
namespace {

bool is_supported(Format format) {
  if (format != Format::kHeif && format != Format::kAvif && format != Format::kJxl) return true;
  const Outcome<Codecs>& codecs = load_codecs();
  if (!codecs) return false;
  if (format == Format::kHeif) return codecs.value().reads_hevc();
  return format == Format::kJxl || codecs.value().reads_av1();
}

}  // namespace

std::string list_formats() {
  std::string list;
  for (int i = 0; to_string(static_cast<Format>(i)) != "unknown"; ++i) {
    if (!is_supported(static_cast<Format>(i))) continue;
    list += list.empty() ? "" : " ";
    list += to_string(static_cast<Format>(i));
  }
  return list;
}

}  // namespace coulis
