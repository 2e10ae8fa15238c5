// The size that a decoder of HEVC or AV1 will allocate, from
// the parameter sets before an image: its boxes may state less.
#pragma once

#include <cstdint>

#include "core/base/byte_view.hpp"

namespace coulis {

struct CodedSize {
  std::int64_t width = 0;  // 0: not found
  std::int64_t height = 0;
};

CodedSize read_hevc_size(ByteView sps);   // a NAL unit, with its header
CodedSize read_av1_size(ByteView units);  // OBUs: the largest of their sequence headers

}  // namespace coulis
