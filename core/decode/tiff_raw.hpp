// The pixels of an uncompressed TIFF, from where they lie in the file.
#pragma once

#include <optional>

#include "core/base/failure.hpp"
#include "core/decode/row_sink.hpp"
#include "core/decode/tiff_directory.hpp"
#include "core/decode/tiff_layout.hpp"

namespace coulis {

[[nodiscard]] std::optional<Failure> read_raw_tiff(const TiffHeader& header, const TiffDirectory& directory, const TiffPage& page,
                                                   int orientation, RowSink& sink);

}  // namespace coulis
