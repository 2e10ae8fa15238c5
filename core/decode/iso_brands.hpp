// The kind of an ISO 14496-12 file, from the brands in its box `ftyp`.
#pragma once

#include <optional>
#include <string_view>

#include "core/base/byte_view.hpp"
#include "core/decode/decode.hpp"

namespace coulis {

struct IsoBrand {
  std::string_view text;
  std::string_view name;               // of such files, for a message
  std::optional<Format> maybe_format;  // if they are supported
};

// The most specific of the file's brands; a file with no known
// brand is a video. Null if the file does not begin with `ftyp`.
const IsoBrand* find_brand(ByteView file);

std::optional<Format> sniff_iso_format(ByteView file);

}  // namespace coulis
