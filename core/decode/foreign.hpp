// Recognizes files that are not supported images, so that the message can say what they are.
#pragma once

#include "core/base/byte_view.hpp"
#include "core/base/failure.hpp"

namespace coulis {

Failure refuse_foreign(ByteView file);  // kUnsupported if it is an image or a video by its first bytes, else kNotAnImage

}  // namespace coulis
