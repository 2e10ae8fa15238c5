// thumbnail_of: a small JPEG of a photo, made from the network's input.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "core/decode/decode.hpp"
#include "core/features/photo_network.hpp"
#include "core/resample/resample.hpp"

namespace coulis {

inline constexpr int kThumbnailSide_px = 96;

inline constexpr ResampleOptions kThumbnail{kThumbnailSide_px, kThumbnailSide_px, Filter::kBilinear};

// Upright, the middle square. `network` has just computed the features of `file`; the resampler is one for kThumbnail.
std::string thumbnail_of(const PhotoNetwork& network, std::span<const std::byte> file, const DecodeOptions& decode, Resampler& resampler);

}  // namespace coulis
