#include "core/decode/tiff.hpp"

#include <optional>

#include "core/decode/failures.hpp"
#include "core/decode/orientation.hpp"
#include "core/decode/tiff_coded.hpp"
#include "core/decode/tiff_directory.hpp"
#include "core/decode/tiff_layout.hpp"
#include "core/decode/tiff_raw.hpp"

namespace coulis {
namespace {

std::optional<Failure> read_page(const TiffHeader& header, const TiffDirectory& directory, std::int64_t max_pixels, RowSink& sink) {
  const Outcome<TiffPage> page = read_tiff_page(header, directory, max_pixels);
  if (!page) return page.failure();
  const int orientation = orientation_of(directory);
  if (page.value().compression == kTiffUncompressed) return read_raw_tiff(header, directory, page.value(), orientation, sink);
  return read_coded_tiff(header.file, page.value(), max_pixels, orientation, sink);
}

// When Pillow looks for the orientation in XMP, it fails if the XMP is not bytes. So do we: the XMP may say a turn.
bool has_unreadable_xmp(const TiffDirectory& directory) {
  const TiffTag* xmp = directory.find(kTiffXmp);
  if (xmp == nullptr || directory.find(kTiffOrientation) != nullptr || (xmp->is_bytes() && !xmp->is_text())) return false;
  return xmp->count() > 1 || xmp->value(0) != 0;
}

// Many cameras' raw files are TIFFs. In some, the first page is a small image that can be decoded.
bool is_camera_raw(const TiffHeader& header, const TiffDirectory& directory) {
  constexpr int kPhotometric = 262, kSensor = 32803, kLinearRaw = 34892, kDngVersion = 50706;
  const double photometric = directory.number(kPhotometric);
  return photometric == kSensor || photometric == kLinearRaw || directory.find(kDngVersion) != nullptr || header.file.has_text(8, "CR\2");
}

}  // namespace

std::optional<Failure> decode_tiff(std::span<const std::byte> bytes, std::int64_t max_pixels, RowSink& sink) {
  const std::optional<TiffHeader> maybe_header = read_tiff_header({bytes});
  if (!maybe_header) return corrupt("The file does not begin like a TIFF");
  const TiffDirectory directory(*maybe_header);
  std::optional<Failure> failure = read_page(*maybe_header, directory, max_pixels, sink);
  if (!failure && has_unreadable_xmp(directory)) return corrupt("The XMP of the TIFF is of a type that cannot be read");
  if (!failure) return std::nullopt;
  if (failure->code == FailureCode::kUnsupported && is_camera_raw(*maybe_header, directory)) {
    return unsupported("Camera raw files are not supported: convert them to JPEG, PNG or TIFF first");
  }
  if (failure->code == FailureCode::kTooLarge || !directory.is_cut()) return failure;
  return truncated("The file ends before the description of its page does");
}

}  // namespace coulis
