// The items in the box `meta` of a HEIF or AVIF: which there are, which belong to the primary image, and where their bytes are.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/base/byte_view.hpp"
#include "core/decode/iso_boxes.hpp"

namespace coulis {

using HeifItem = std::uint32_t;

HeifItem find_primary_item(const std::vector<IsoBox>& meta);

// The primary item and what decodes with it: the tiles of a grid, the layers of an overlay, their alpha.
std::vector<HeifItem> list_decoded_items(const std::vector<IsoBox>& meta);

std::string_view type_of_item(const std::vector<IsoBox>& meta, HeifItem item);  // "hvc1", "av01", "grid", ...; empty if there is none

// The bytes of the item's first extent, as far as the file has them.
ByteView first_bytes_of_item(ByteView file, const std::vector<IsoBox>& meta, HeifItem item);

// The properties of an item in their order, as indices into the box `ipco` that count from 0.
std::vector<std::size_t> list_properties(ByteView ipma, HeifItem item);

}  // namespace coulis
