// The two passes of a resample, over 8-bit RGB: rows to another width, then (or before) to another number of rows.
#pragma once

#include <cstdint>

#include "core/decode/image.hpp"
#include "core/resample/weights.hpp"

namespace coulis {

// Outputs of a pass over columns, and the rows that it is given of its image.
struct ColumnOutputs {
  int first = 0;
  int end = 0;
  int first_row = 0;  // of the image: row 0 of the source
};

struct Passes {
  // source [rows, in, 3] -> target [rows, out, 3]
  void (*resample_rows)(const Weights& weights, const ImageView& source, std::uint8_t* target);
  // source [rows, columns, 3], all rows that the outputs need -> target [end - first, columns, 3]
  void (*resample_columns)(const Weights& weights, const ColumnOutputs& outputs, const ImageView& source, std::uint8_t* target);
};

Passes scalar_passes();  // the plain definition
Passes simd_passes();    // the same bytes, by the best instructions that limit_simd allows

// Pieces of the plain definition, which the SIMD passes use where less than a vector is left.
void resample_row_scalar(const Weights& weights, const std::uint8_t* source_row, int first_out, int end_out, std::uint8_t* target_row);
// first_row: of the image, where the source begins.
void resample_column_scalar(const Weights& weights, int out, int first_row, const ImageView& source, int first_byte, int end_byte,
                            std::uint8_t* target_row);

}  // namespace coulis
