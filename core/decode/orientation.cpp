#include "core/decode/orientation.hpp"

#include <optional>
#include <string_view>

#include "core/decode/heif_header.hpp"
#include "core/decode/metadata.hpp"

namespace coulis {
namespace {

// The first tiff:Orientation, as attribute or element: 0 to 9. 2 to 8 turn the image.
int orientation_of_xmp(std::string_view xmp) {
  constexpr std::string_view kName = "tiff:Orientation";
  for (std::size_t at = xmp.find(kName); at != std::string_view::npos; at = xmp.find(kName, at + 1)) {
    std::string_view rest = xmp.substr(at + kName.size());
    if (!rest.starts_with("=\"") && !rest.starts_with(">")) continue;
    rest.remove_prefix(rest[0] == '=' ? 2 : 1);
    if (!rest.empty() && rest[0] >= '0' && rest[0] <= '9') return rest[0] - '0';
  }
  return 1;
}

// A number of any type counts. A number that is not an orientation, text and bytes turn nothing.
int orientation_of(const TiffDirectory& directory, std::string_view xmp) {
  if (directory.find(kTiffOrientation) == nullptr) return orientation_of_xmp(xmp);
  const double orientation = directory.number(kTiffOrientation);
  for (int known = 2; known <= 8; ++known) {
    if (orientation == known) return known;
  }
  return 1;
}

}  // namespace

int find_orientation(std::span<const std::byte> bytes, Format format) {
  if (format == Format::kAvif) return read_heif_header({bytes}).orientation;
  const Metadata metadata = find_metadata(bytes, format);
  const std::optional<TiffHeader> maybe_header = read_tiff_header({std::as_bytes(std::span(metadata.exif))});
  return maybe_header ? orientation_of(TiffDirectory(*maybe_header), metadata.xmp) : orientation_of_xmp(metadata.xmp);
}

int find_orientation(std::span<const std::byte> bytes) {
  const std::optional<Format> maybe_format = sniff_format(bytes);
  return maybe_format ? find_orientation(bytes, *maybe_format) : 1;
}

int orientation_of(const TiffDirectory& directory) {
  const TiffTag* xmp = directory.find(kTiffXmp);
  if (xmp == nullptr) return orientation_of(directory, {});
  return orientation_of(directory, {reinterpret_cast<const char*>(xmp->bytes.data()), xmp->bytes.size()});
}

}  // namespace coulis
