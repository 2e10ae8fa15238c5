// The passes by AVX-512 VNNI and VBMI, which Highway 1.0.3 does not offer. Call only where Highway's target is AVX3_DL.
#pragma once

#include <cstdint>

#include "core/decode/image.hpp"
#include "core/resample/passes.hpp"
#include "core/resample/weights.hpp"

namespace coulis {

void resample_rows_vnni(const Weights& weights, const ImageView& source, std::uint8_t* target);  // needs digits.fits_rows()
void resample_columns_vnni(const Weights& weights, const ColumnOutputs& outputs, const ImageView& source, std::uint8_t* target);

}  // namespace coulis
