#include "core/decode/iso_brands.hpp"

#include <algorithm>
#include <array>

namespace coulis {
namespace {

// From the most specific to the least: a file has several. ISO 23008-12 and AVIF define the image brands.
constexpr std::array kBrands = {
    IsoBrand{"crx ", "Camera raw files (Canon CR3)", std::nullopt},
    IsoBrand{"avif", "AVIF images", Format::kAvif},
    IsoBrand{"avis", "AVIF images", Format::kAvif},
    IsoBrand{"avio", "AVIF images", Format::kAvif},
    IsoBrand{"heic", "HEIC images", Format::kHeif},
    IsoBrand{"heix", "HEIC images", Format::kHeif},
    IsoBrand{"heim", "HEIC images", Format::kHeif},
    IsoBrand{"heis", "HEIC images", Format::kHeif},
    IsoBrand{"hevc", "HEIC images", Format::kHeif},
    IsoBrand{"hevx", "HEIC images", Format::kHeif},
    IsoBrand{"hevm", "HEIC images", Format::kHeif},
    IsoBrand{"hevs", "HEIC images", Format::kHeif},
    IsoBrand{"jxl ", "JPEG XL images without their first box", std::nullopt},
    IsoBrand{"jp2 ", "JPEG 2000 images", std::nullopt},
    IsoBrand{"jpx ", "JPEG 2000 images", std::nullopt},
    IsoBrand{"jpm ", "JPEG 2000 images", std::nullopt},
    IsoBrand{"jph ", "JPEG 2000 images", std::nullopt},
    IsoBrand{"j2ki", "HEIF images (JPEG 2000)", std::nullopt},
    IsoBrand{"avci", "HEIF images (AVC)", std::nullopt},
    IsoBrand{"avcs", "HEIF images (AVC)", std::nullopt},
    IsoBrand{"jpeg", "HEIF images (JPEG)", std::nullopt},
    IsoBrand{"jpgs", "HEIF images (JPEG)", std::nullopt},
    IsoBrand{"vvic", "HEIF images (VVC)", std::nullopt},
    IsoBrand{"mif1", "HEIF images", Format::kHeif},
    IsoBrand{"mif2", "HEIF images", Format::kHeif},
    IsoBrand{"mif3", "HEIF images", Format::kHeif},
    IsoBrand{"msf1", "HEIF images", Format::kHeif},
    IsoBrand{"miaf", "HEIF images", Format::kHeif},
};
constexpr IsoBrand kNoneKnown = {"", "MP4 and MOV videos", std::nullopt};

}  // namespace

// `ftyp`: its size, its name, a brand, the brand's version, and compatible brands.
const IsoBrand* find_brand(ByteView file) {
  file.big_endian = true;
  if (!file.has_text(4, "ftyp") || !file.has(8, 4)) return nullptr;
  const std::uint64_t end = std::min<std::uint64_t>(std::max<std::uint64_t>(file.u32(0), 12), file.size());
  for (const IsoBrand& brand : kBrands) {
    for (std::uint64_t at = 8; at + 4 <= end; at += at == 8 ? 8 : 4) {
      if (file.has_text(at, brand.text)) return &brand;
    }
  }
  return &kNoneKnown;
}

std::optional<Format> sniff_iso_format(ByteView file) {
  const IsoBrand* brand = find_brand(file);
  return brand == nullptr ? std::nullopt : brand->maybe_format;
}

}  // namespace coulis
