#include "core/decode/tiff.hpp"

#include <fmt/format.h>
#include <tiffio.h>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include "core/decode/byte_view.hpp"
#include "core/decode/failures.hpp"
#include "core/decode/orientation.hpp"
#include "core/decode/tiff_directory.hpp"
#include "core/decode/tiff_rows.hpp"

namespace coulis {
namespace {

constexpr int kMaxPlanes = 4;  // more are never looked at

// What libtiff's callbacks see: the file, where they read, and what went wrong.
struct Client {
  ByteView file;
  std::uint64_t at = 0;
  bool is_reading_pixels = false;
  bool has_failed = false;
  char message[256] = "The TIFF data contradicts itself";
};

tmsize_t read_bytes(thandle_t handle, void* out, tmsize_t count) {
  auto* client = static_cast<Client*>(handle);
  if (count <= 0 || client->at >= client->file.size()) return 0;
  const auto available = std::min<std::uint64_t>(static_cast<std::uint64_t>(count), client->file.size() - client->at);
  std::memcpy(out, client->file.data(client->at), available);
  client->at += available;
  return static_cast<tmsize_t>(available);
}

tmsize_t refuse_write(thandle_t, void*, tmsize_t) {
  return 0;
}

toff_t seek(thandle_t handle, toff_t offset, int whence) {
  auto* client = static_cast<Client*>(handle);
  client->at = whence == SEEK_CUR ? client->at + offset : whence == SEEK_END ? client->file.size() + offset : offset;
  return client->at;
}

int close(thandle_t) {
  return 0;
}

toff_t file_size(thandle_t handle) {
  return static_cast<Client*>(handle)->file.size();
}

int map_file(thandle_t handle, void** base, toff_t* size) {
  const ByteView& file = static_cast<Client*>(handle)->file;
  *base = const_cast<std::uint8_t*>(file.data());  // opened for reading: libtiff does not write to it
  *size = file.size();
  return 1;
}

void unmap_file(thandle_t, void*, toff_t) {}

int take_error(TIFF*, void* user_data, const char*, const char* format, va_list arguments) {
  auto* client = static_cast<Client*>(user_data);
  if (!client->has_failed) std::vsnprintf(client->message, sizeof client->message, format, arguments);
  client->has_failed = true;
  return 1;  // handled: nothing is printed
}

// About tags, a warning is harmless (unknown ones are common). About pixels, it says that some are made up.
int take_warning(TIFF* tiff, void* user_data, const char* module, const char* format, va_list arguments) {
  if (!static_cast<Client*>(user_data)->is_reading_pixels) return 1;
  return take_error(tiff, user_data, module, format, arguments);
}

struct TiffCloser {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};
using TiffHandle = std::unique_ptr<TIFF, TiffCloser>;

TiffHandle open(Client& client) {
  struct OptionsDeleter {
    void operator()(TIFFOpenOptions* options) const { TIFFOpenOptionsFree(options); }
  };
  const std::unique_ptr<TIFFOpenOptions, OptionsDeleter> options(TIFFOpenOptionsAlloc());
  if (options == nullptr) return nullptr;
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), take_error, &client);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), take_warning, &client);
  // Tables and codec states grow with the file, not with what its header says.
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), static_cast<tmsize_t>((std::uint64_t{16} << 20) + client.file.size() * 16));
  return TiffHandle(
      TIFFClientOpenExt("image", "r", &client, read_bytes, refuse_write, seek, close, file_size, map_file, unmap_file, options.get()));
}

// Why a page is refused, unless something better explains it: what describes it is not all there.
Failure failure_of_page(const Client& client, Failure refusal) {
  if (refusal.code == FailureCode::kTooLarge || !is_directory_cut(client.file)) return refusal;
  return truncated("The file ends before the description of its page does");
}

// How the pixels are cut: strips as wide as the image, or tiles that may reach beyond it.
struct Blocks {
  bool are_tiles = false;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::size_t row_bytes = 0;
};

struct Page {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint16_t compression = COMPRESSION_NONE;
  std::uint16_t orientation = ORIENTATION_TOPLEFT;
  bool needs_libtiff_rgb = false;  // YCbCr that only libtiff's own conversion to RGB reads
  TiffLayout layout;
  Blocks blocks;
};

bool is_read(std::uint16_t compression) {
  constexpr std::array<std::uint16_t, 11> kRead = {
      COMPRESSION_NONE,     COMPRESSION_CCITTRLE, COMPRESSION_CCITTFAX3, COMPRESSION_CCITTFAX4,     COMPRESSION_LZW, COMPRESSION_JPEG,
      COMPRESSION_PACKBITS, COMPRESSION_DEFLATE,  COMPRESSION_LZMA,      COMPRESSION_ADOBE_DEFLATE, COMPRESSION_ZSTD};
  return std::find(kRead.begin(), kRead.end(), compression) != kRead.end() && TIFFIsCODECConfigured(compression) != 0;
}

std::optional<Failure> read_layout(TIFF* tiff, TiffLayout& layout) {
  std::uint16_t bits = 1, samples = 1, planar = PLANARCONFIG_CONTIG, extra_count = 0;
  std::uint16_t* extras = nullptr;
  TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &layout.photometric);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &bits);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &samples);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &layout.sample_format);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &planar);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_EXTRASAMPLES, &extra_count, &extras);
  layout.bits = bits;
  layout.samples = samples;
  layout.is_planar = planar == PLANARCONFIG_SEPARATE && samples > 1;
  layout.is_premultiplied = extra_count > 0 && extras[0] == EXTRASAMPLE_ASSOCALPHA;
  if (auto refusal = refuse_layout(layout)) return refusal;
  if (layout.photometric != kPalette) return std::nullopt;
  std::array<std::uint16_t*, 3> maps{};
  if (TIFFGetField(tiff, TIFFTAG_COLORMAP, maps.data(), &maps[1], &maps[2]) != 1) return corrupt("The TIFF has no palette");
  for (std::size_t i = 0; i < std::size_t{1} << bits; ++i) {
    for (std::size_t c = 0; c < 3; ++c) layout.palette.rgb[i][c] = static_cast<std::uint8_t>(maps[c][i] >> 8);
  }
  return std::nullopt;
}

// Chooses who converts YCbCr: as in Pillow, libjpeg where the data is JPEG, else libtiff, and us where there is no compression.
std::optional<Failure> choose_ycbcr(TIFF* tiff, Page& page) {
  if (page.compression == COMPRESSION_JPEG && !page.layout.is_planar) {
    TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    page.layout.photometric = kRgb;
  } else if (page.compression != COMPRESSION_NONE) {
    page.needs_libtiff_rgb = true;
  } else {
    std::uint16_t horizontal = 2, vertical = 2;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_YCBCRSUBSAMPLING, &horizontal, &vertical);
    if (horizontal != 1 || vertical != 1) return unsupported("Uncompressed YCbCr with fewer chroma than luma samples");
  }
  return std::nullopt;
}

std::optional<Failure> read_blocks(TIFF* tiff, const Page& page, std::int64_t max_pixels, Blocks& blocks) {
  blocks.are_tiles = TIFFIsTiled(tiff) != 0;
  if (blocks.are_tiles) {
    TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &blocks.width);
    TIFFGetField(tiff, TIFFTAG_TILELENGTH, &blocks.height);
    constexpr std::int64_t kUsualTilePixels = std::int64_t{2048} * 2048;  // tiles may reach beyond a small image
    if (auto refusal = refuse_size(blocks.width, blocks.height, std::max(max_pixels, kUsualTilePixels))) return refusal;
    blocks.row_bytes = static_cast<std::size_t>(TIFFTileRowSize(tiff));
  } else {
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &blocks.height);
    blocks.width = page.width;
    blocks.height = std::min(blocks.height, page.height);
    blocks.row_bytes = static_cast<std::size_t>(TIFFScanlineSize(tiff));
  }
  const auto samples_together = static_cast<std::uint64_t>(page.layout.is_planar ? 1 : page.layout.samples);
  const std::uint64_t needed_bytes =
      (std::uint64_t{blocks.width} * samples_together * static_cast<std::uint64_t>(page.layout.bits) + 7) / 8;
  if (blocks.height == 0 || blocks.row_bytes < needed_bytes) return corrupt("The strips or tiles do not fit the image");
  return std::nullopt;
}

std::optional<Failure> read_page(TIFF* tiff, std::int64_t max_pixels, Page& page) {
  TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &page.width);
  TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &page.height);
  if (auto refusal = refuse_size(page.width, page.height, max_pixels)) return refusal;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &page.compression);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &page.orientation);
  if (!is_read(page.compression)) return unsupported(fmt::format("A TIFF of compression {}", page.compression));
  if (page.compression == COMPRESSION_ADOBE_DEFLATE || page.compression == COMPRESSION_DEFLATE) {
    // libdeflate decodes nothing of a last strip that was padded to full height, and libtiff 4.5.0 does not notice.
    TIFFSetField(tiff, TIFFTAG_DEFLATE_SUBCODEC, DEFLATE_SUBCODEC_ZLIB);
  }
  if (auto refusal = read_layout(tiff, page.layout)) return refusal;
  if (page.layout.photometric == kYcbcr && page.layout.samples >= 3) {
    if (auto refusal = choose_ycbcr(tiff, page)) return refusal;
  }
  return read_blocks(tiff, page, max_pixels, page.blocks);
}

Failure failure_of_pixels(const Client& client) {
  return corrupt(client.has_failed ? client.message : "The data of a strip or tile is shorter than its pixels");
}

// Reads the rows [y, y + rows) of one block of one plane into out, [rows, row_bytes].
std::optional<Failure> read_block(TIFF* tiff, const Client& client, const Blocks& blocks, std::uint32_t x, std::uint32_t y,
                                  std::uint32_t rows, std::uint16_t plane, std::uint8_t* out) {
  const std::uint32_t index = blocks.are_tiles ? TIFFComputeTile(tiff, x, y, 0, plane) : TIFFComputeStrip(tiff, y, plane);
  if (!client.file.has(TIFFGetStrileOffset(tiff, index), TIFFGetStrileByteCount(tiff, index))) {
    return truncated("The file ends before its pixels do");
  }
  const auto bytes = static_cast<tmsize_t>(std::size_t{rows} * blocks.row_bytes);
  const tmsize_t got = blocks.are_tiles ? TIFFReadEncodedTile(tiff, index, out, bytes) : TIFFReadEncodedStrip(tiff, index, out, bytes);
  if (got != bytes || client.has_failed) return failure_of_pixels(client);
  return std::nullopt;
}

std::optional<Failure> read_pixels(TIFF* tiff, const Client& client, const Page& page, Image& image) {
  const Blocks& blocks = page.blocks;
  const int planes = page.layout.is_planar ? std::min(page.layout.used_samples(), kMaxPlanes) : 1;
  const std::size_t plane_bytes = blocks.row_bytes * blocks.height;
  const std::unique_ptr<std::uint8_t[]> block(
      new std::uint8_t[plane_bytes * static_cast<std::size_t>(planes)]);  // [planes, rows, row_bytes]
  const std::size_t scratch_bytes = std::size_t{std::min(blocks.width, page.width)} * static_cast<std::size_t>(page.layout.used_samples());
  const std::unique_ptr<std::uint8_t[]> scratch(new std::uint8_t[scratch_bytes]);  // untouched, as all that a lying header asks for
  for (std::uint32_t y = 0; y < page.height; y += blocks.height) {
    const std::uint32_t rows = std::min(blocks.height, page.height - y);
    for (std::uint32_t x = 0; x < page.width; x += blocks.width) {
      for (int p = 0; p < planes; ++p) {
        std::uint8_t* out = block.get() + static_cast<std::size_t>(p) * plane_bytes;
        auto refusal = read_block(tiff, client, blocks, x, y, blocks.are_tiles ? blocks.height : rows, static_cast<std::uint16_t>(p), out);
        if (refusal) return refusal;
      }
      const int width = static_cast<int>(std::min(blocks.width, page.width - x));
      for (std::uint32_t r = 0; r < rows; ++r) {
        std::array<const std::uint8_t*, kMaxPlanes> row{};
        for (std::size_t p = 0; p < static_cast<std::size_t>(planes); ++p) row[p] = block.get() + p * plane_bytes + r * blocks.row_bytes;
        convert_tiff_row(page.layout, row, width, scratch.get(), image.row(static_cast<int>(y + r)) + std::size_t{x} * 3);
      }
    }
  }
  return std::nullopt;
}

// By TIFFRGBAImage, a block of rows at a time.
std::optional<Failure> read_libtiff_rgb(TIFF* tiff, const Client& client, const Page& page, Image& image) {
  TIFFRGBAImage reader;
  char message[1024] = "";
  if (TIFFRGBAImageOK(tiff, message) == 0 || TIFFRGBAImageBegin(&reader, tiff, 1, message) == 0) return unsupported(message);
  const std::unique_ptr<TIFFRGBAImage, decltype(&TIFFRGBAImageEnd)> owner(&reader, TIFFRGBAImageEnd);
  reader.orientation = reader.req_orientation = ORIENTATION_TOPLEFT;
  reader.col_offset = 0;
  // [rows, width], ABGR from the high byte; left undefined, so that a size which lies touches no memory
  const std::unique_ptr<std::uint32_t[]> raster(new std::uint32_t[std::size_t{page.width} * page.blocks.height]);
  for (std::uint32_t y = 0; y < page.height; y += page.blocks.height) {
    const std::uint32_t rows = std::min(page.blocks.height, page.height - y);
    reader.row_offset = static_cast<int>(y);
    if (TIFFRGBAImageGet(&reader, raster.get(), page.width, rows) == 0 || client.has_failed) return failure_of_pixels(client);
    std::uint8_t* rgb = image.row(static_cast<int>(y));
    for (std::size_t i = 0; i < std::size_t{rows} * page.width; ++i, rgb += 3) {
      rgb[0] = static_cast<std::uint8_t>(TIFFGetR(raster[i]));
      rgb[1] = static_cast<std::uint8_t>(TIFFGetG(raster[i]));
      rgb[2] = static_cast<std::uint8_t>(TIFFGetB(raster[i]));
    }
  }
  return std::nullopt;
}

}  // namespace

Outcome<Image> decode_tiff(std::span<const std::byte> bytes, std::int64_t max_pixels) {
  Client client;
  client.file = {bytes, std::to_integer<char>(bytes[0]) == 'M'};
  const TiffHandle tiff = open(client);
  if (tiff == nullptr) return failure_of_page(client, corrupt(client.message));
  Page page;
  if (const auto refusal = read_page(tiff.get(), max_pixels, page)) return failure_of_page(client, *refusal);
  Image image(static_cast<int>(page.width), static_cast<int>(page.height));
  client.is_reading_pixels = true;
  const auto refusal = page.needs_libtiff_rgb ? read_libtiff_rgb(tiff.get(), client, page, image)  //
                                              : read_pixels(tiff.get(), client, page, image);
  if (refusal) return failure_of_page(client, *refusal);
  return turn(std::move(image), page.orientation);
}

}  // namespace coulis
