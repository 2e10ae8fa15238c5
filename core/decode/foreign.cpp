#include "core/decode/foreign.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "core/decode/failures.hpp"
#include "core/decode/iso_brands.hpp"

namespace coulis {
namespace {

using namespace std::string_view_literals;

struct Signature {
  std::size_t offset;
  std::string_view text;
  std::string_view name;
};

constexpr std::array kSignatures = {
    Signature{4, "moov"sv, "MP4 and MOV videos"},  // QuickTime from before the box `ftyp` existed
    Signature{4, "mdat"sv, "MP4 and MOV videos"},
    Signature{4, "wide"sv, "MP4 and MOV videos"},
    Signature{0, "8BPS"sv, "PSD images"},
    Signature{0, "\xFF\x4F\xFF\x51"sv, "JPEG 2000 images"},
    Signature{0, "\0\0\0\x0CjP  "sv, "JPEG 2000 images"},
    Signature{0, "II\xBC"sv, "JPEG XR images"},
    Signature{0, "\0\0\1\0"sv, "ICO images"},
    Signature{0, "\0\0\2\0"sv, "CUR images"},
    Signature{0, "icns"sv, "ICNS images"},
    Signature{0, "qoif"sv, "QOI images"},
    Signature{0, "DDS "sv, "DDS images"},
    Signature{0, "#?RADIANCE"sv, "Radiance HDR images"},
    Signature{0, "#?RGBE"sv, "Radiance HDR images"},
    Signature{0, "\x76\x2F\x31\x01"sv, "OpenEXR images"},
    Signature{0, "\x8AMNG\r\n\x1A\n"sv, "MNG images"},
    Signature{0, "gimp xcf"sv, "GIMP's XCF images"},
    Signature{0, "AT&TFORM"sv, "DjVu documents"},
    Signature{0, "SIMPLE  ="sv, "FITS images"},
    Signature{0, "BPG\xFB"sv, "BPG images"},
    Signature{0, "FLIF"sv, "FLIF images"},
    Signature{0, "%PDF-"sv, "PDF documents"},
    Signature{0, "%!PS"sv, "PostScript documents"},
    Signature{0, "\xC5\xD0\xD3\xC6"sv, "PostScript documents"},
    // Camera raw. Other kinds begin like a TIFF or an ISO file.
    Signature{0, "IIRO"sv, "Camera raw files (Olympus)"},
    Signature{0, "IIRS"sv, "Camera raw files (Olympus)"},
    Signature{0, "MMOR"sv, "Camera raw files (Olympus)"},
    Signature{0, "IIU\0"sv, "Camera raw files (Panasonic)"},
    Signature{0, "FUJIFILMCCD-RAW"sv, "Camera raw files (Fujifilm)"},
    Signature{0, "FOVb"sv, "Camera raw files (Sigma)"},
    Signature{0, "\0MRM"sv, "Camera raw files (Minolta)"},
    Signature{6, "HEAPCCDR"sv, "Camera raw files (Canon)"},
    Signature{0, "\x1A\x45\xDF\xA3"sv, "Matroska and WebM videos"},
    Signature{0, "OggS"sv, "Ogg videos"},
    Signature{0, "FLV\1"sv, "Flash videos"},
    Signature{0, "\0\0\1\xBA"sv, "MPEG videos"},
    Signature{0, "\0\0\1\xB3"sv, "MPEG videos"},
};

// SVG may begin with a byte order mark, blanks, a declaration and comments.
bool is_svg(ByteView file) {
  constexpr std::size_t kLookedAt = 4096;
  const std::string_view text(reinterpret_cast<const char*>(file.data()), std::min(file.size(), kLookedAt));
  const std::size_t begin = text.find_first_not_of("\xEF\xBB\xBF \t\r\n");
  if (begin == std::string_view::npos || text[begin] != '<') return false;
  const std::size_t svg = text.find("<svg");
  return svg != std::string_view::npos && text.find("<html") > svg;
}

std::optional<std::string_view> name_foreign(ByteView file) {
  if (const IsoBrand* brand = find_brand(file)) return brand->name;
  for (const Signature& known : kSignatures) {
    if (file.has_text(known.offset, known.text)) return known.name;
  }
  if (file.has_text(0, "RIFF") && file.has_text(8, "AVI ")) return "AVI videos";
  if (is_svg(file)) return "SVG drawings";
  return std::nullopt;
}

}  // namespace

Failure refuse_foreign(ByteView file) {
  if (const auto maybe_name = name_foreign(file)) {
    const bool is_video = maybe_name->find("video") != std::string_view::npos;
    return unsupported(fmt::format("{} are not supported: {} first", *maybe_name,
                                   is_video ? "export frames as JPEG or PNG" : "convert them to JPEG, PNG or TIFF"));
  }
  if (file.has_text(0, "\0\5\x16\7"sv)) {  // RFC 1740
    return {Stage::kDecode, FailureCode::kNotAnImage,
            "macOS keeps metadata here for the file of this name without '._' (AppleDouble): it is not a photo"};
  }
  return {Stage::kDecode, FailureCode::kNotAnImage,
          "The file does not begin like a JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC, AVIF or JPEG XL"};
}

}  // namespace coulis
