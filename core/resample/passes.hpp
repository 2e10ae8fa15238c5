// The two passes of a resample, over 8-bit RGB: rows to another width, then (or before) to another number of rows.
#pragma once

#include <cstdint>

#include "core/decode/image.hpp"
#include "core/resample/weights.hpp"

namespace coulis {

struct Passes {
  // source [rows, in, 3] -> target [rows, out, 3]
  void (*resample_rows)(const Weights& weights, const ImageView& source, std::uint8_t* target);
  // source [in, columns, 3] -> target [out, columns, 3]
  void (*resample_columns)(const Weights& weights, const ImageView& source, std::uint8_t* target);
};

Passes scalar_passes();  // the plain definition
Passes simd_passes();    // the same bytes, by the best instructions that limit_simd allows

// Pieces of the plain definition, which the SIMD passes use where no whole vector is left.
void resample_row_scalar(const Weights& weights, const std::uint8_t* source_row, int first_out, int end_out, std::uint8_t* target_row);
void resample_column_scalar(const Weights& weights, int out, const ImageView& source, int first_byte, int end_byte,
                            std::uint8_t* target_row);

}  // namespace coulis
