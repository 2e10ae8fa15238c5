// What a file after ISO 14496-12 says that it is, in the brands of its box `ftyp`.
#pragma once

#include <optional>
#include <string_view>

#include "core/base/byte_view.hpp"
#include "core/decode/decode.hpp"

namespace coulis {

struct IsoBrand {
  std::string_view text;
  std::string_view name;               // of such files, for a message
  std::optional<Format> maybe_format;  // if they are read
};

// The most telling of the file's brands; videos have none that is known here. Null if the file does not begin with the box.
const IsoBrand* find_brand(ByteView file);

std::optional<Format> sniff_iso_format(ByteView file);

}  // namespace coulis
