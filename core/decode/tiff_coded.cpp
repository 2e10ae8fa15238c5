#include "core/decode/tiff_coded.hpp"

#include <fmt/format.h>
#include <tiffio.h>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>

#include "core/decode/failures.hpp"
#include "core/decode/tiff_rows.hpp"
#include "core/decode/tiff_ycbcr.hpp"

namespace coulis {
namespace {

constexpr std::size_t kMaxPlanes = 4;  // more are ignored

// What libtiff's callbacks see: the file, where they read, and what went wrong with the pixels.
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

// Errors about the directory do no harm (any tag may be odd), unless libtiff
// opens no page. A warning about pixels means that some are made up.
int take_message(TIFF*, void* user_data, const char*, const char* format, va_list arguments) {
  auto* client = static_cast<Client*>(user_data);
  if (!client->has_failed) std::vsnprintf(client->message, sizeof client->message, format, arguments);
  client->has_failed = client->has_failed || client->is_reading_pixels;
  return 1;  // handled: nothing is printed
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
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), take_message, &client);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), take_message, &client);
  // Tables and codec states grow with the file, not with what its header says.
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), static_cast<tmsize_t>((std::uint64_t{16} << 20) + client.file.size() * 16));
  return TiffHandle(
      TIFFClientOpenExt("image", "r", &client, read_bytes, refuse_write, seek, close, file_size, map_file, unmap_file, options.get()));
}

// How the pixels are divided: strips as wide as the image, or tiles that may reach beyond it.
struct Blocks {
  bool are_tiles = false;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::size_t row_bytes = 0;  // of a plane
};

bool is_read(std::uint16_t compression) {
  constexpr std::array<std::uint16_t, 10> kRead = {
      COMPRESSION_CCITTRLE, COMPRESSION_CCITTFAX3, COMPRESSION_CCITTFAX4, COMPRESSION_LZW,           COMPRESSION_JPEG,
      COMPRESSION_PACKBITS, COMPRESSION_DEFLATE,   COMPRESSION_LZMA,      COMPRESSION_ADOBE_DEFLATE, COMPRESSION_ZSTD};
  return std::find(kRead.begin(), kRead.end(), compression) != kRead.end() && TIFFIsCODECConfigured(compression) != 0;
}

// As in Pillow, libtiff must read the directory as we do where both need it; planes and FillOrder are left to libtiff.
std::optional<Failure> agree(TIFF* tiff, TiffPage& page) {
  std::uint32_t width = 0, height = 0;
  std::uint16_t photometric = 0, planar = PLANARCONFIG_CONTIG, bits = 1;
  TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width);
  TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &height);
  TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &photometric);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &planar);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &bits);
  const bool is_ycbcr = page.layout.photometric == kYcbcr;
  if (width != page.width || height != page.height || bits != page.layout.bits || is_ycbcr != (photometric == PHOTOMETRIC_YCBCR)) {
    return corrupt("The tags of the TIFF contradict each other");
  }
  page.layout.is_planar = planar == PLANARCONFIG_SEPARATE && page.layout.used_samples() > 1;
  return std::nullopt;
}

// Who converts YCbCr: as in Pillow, libjpeg where the data is JPEG, else libtiff's tables.
std::optional<Failure> start_ycbcr(TIFF* tiff, TiffPage& page, std::optional<TiffYcbcr>& maybe_ycbcr) {
  if (page.layout.photometric != kYcbcr) return std::nullopt;
  if (page.layout.samples != 3) return unsupported("A compressed TIFF in YCbCr with one sample per pixel");
  if (page.compression == COMPRESSION_JPEG && !page.layout.is_planar) {
    TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    page.layout.photometric = kRgb;
    return std::nullopt;
  }
  return maybe_ycbcr.emplace().start(tiff, page.layout.is_planar);
}

std::optional<Failure> read_blocks(TIFF* tiff, const TiffPage& page, bool is_ycbcr, std::int64_t max_pixels, Blocks& blocks) {
  blocks.are_tiles = TIFFIsTiled(tiff) != 0;
  if (blocks.are_tiles) {
    TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &blocks.width);
    TIFFGetField(tiff, TIFFTAG_TILELENGTH, &blocks.height);
    constexpr std::int64_t kUsualTilePixels = std::int64_t{2048} * 2048;  // tiles may reach beyond a small image
    if (auto refusal = refuse_size(blocks.width, blocks.height, std::max(max_pixels, kUsualTilePixels))) return refusal;
  } else {
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &blocks.height);
    blocks.width = page.width;
    blocks.height = std::min(blocks.height, page.height);
  }
  blocks.row_bytes = page.layout.row_bytes(blocks.width);
  const auto row_bytes = static_cast<std::size_t>(blocks.are_tiles ? TIFFTileRowSize(tiff) : TIFFScanlineSize(tiff));
  if (blocks.height == 0 || (!is_ycbcr && row_bytes != blocks.row_bytes)) return corrupt("The strips or tiles do not fit the image");
  return std::nullopt;
}

// Reads `rows` rows of one block of one plane into out, [size_bytes].
std::optional<Failure> read_block(TIFF* tiff, Client& client, bool is_tile, std::uint32_t index, std::uint8_t* out, tmsize_t size_bytes) {
  if (!client.file.has(TIFFGetStrileOffset(tiff, index), TIFFGetStrileByteCount(tiff, index))) {
    return truncated("The file ends before its pixels do");
  }
  client.is_reading_pixels = true;
  client.has_failed = false;
  const tmsize_t got = is_tile ? TIFFReadEncodedTile(tiff, index, out, size_bytes) : TIFFReadEncodedStrip(tiff, index, out, size_bytes);
  client.is_reading_pixels = false;
  if (client.has_failed) return corrupt(client.message);
  if (got != size_bytes) return corrupt("The data of a strip or tile is shorter than its pixels");
  return std::nullopt;
}

std::optional<Failure> read_pixels(TIFF* tiff, Client& client, const TiffPage& page, const Blocks& blocks,
                                   std::optional<TiffYcbcr>& maybe_ycbcr, RowSink& sink) {
  const auto planes = static_cast<std::size_t>(page.layout.planes());
  const auto plane_bytes = static_cast<std::size_t>(blocks.are_tiles ? TIFFTileSize(tiff) : TIFFVStripSize(tiff, blocks.height));
  const std::unique_ptr<std::uint8_t[]> block(new std::uint8_t[plane_bytes * planes]);  // [planes, rows, row_bytes]
  const std::size_t scratch_bytes = std::size_t{std::min(blocks.width, page.width)} * static_cast<std::size_t>(page.layout.used_samples());
  const std::unique_ptr<std::uint8_t[]> scratch(new std::uint8_t[scratch_bytes]);  // untouched memory costs nothing, if the header lies
  std::array<const std::uint8_t*, kMaxPlanes> starts{};
  for (std::size_t p = 0; p < planes; ++p) starts[p] = block.get() + p * plane_bytes;
  for (std::uint32_t y = 0; y < page.height; y += blocks.height) {
    const std::uint32_t rows = std::min(blocks.height, page.height - y);
    std::uint8_t* band = sink.place(static_cast<int>(rows));
    const tmsize_t size_bytes = blocks.are_tiles ? static_cast<tmsize_t>(plane_bytes) : TIFFVStripSize(tiff, rows);
    for (std::uint32_t x = 0; x < page.width; x += blocks.width) {
      for (std::size_t p = 0; p < planes; ++p) {
        const auto plane = static_cast<std::uint16_t>(p);
        const std::uint32_t index = blocks.are_tiles ? TIFFComputeTile(tiff, x, y, 0, plane) : TIFFComputeStrip(tiff, y, plane);
        if (auto refusal = read_block(tiff, client, blocks.are_tiles, index, block.get() + p * plane_bytes, size_bytes)) return refusal;
      }
      const int width = static_cast<int>(std::min(blocks.width, page.width - x));
      for (std::uint32_t r = 0; r < rows; ++r) {
        std::uint8_t* rgb = band + (std::size_t{r} * page.width + x) * 3;
        if (maybe_ycbcr) {
          maybe_ycbcr->convert_row(starts, blocks.row_bytes, blocks.width, r, width, rgb);
          continue;
        }
        std::array<const std::uint8_t*, kMaxPlanes> row = starts;
        for (std::size_t p = 0; p < planes; ++p) row[p] += r * blocks.row_bytes;
        convert_tiff_row(page.layout, row, width, scratch.get(), rgb);
      }
    }
    sink.take();
  }
  return std::nullopt;
}

}  // namespace

std::optional<Failure> read_coded_tiff(ByteView file, const TiffPage& described, std::int64_t max_pixels, int orientation, RowSink& sink) {
  TiffPage page = described;
  if (!is_read(page.compression)) return unsupported(fmt::format("A TIFF of compression {}", page.compression));
  Client client;
  client.file = file;
  const TiffHandle tiff = open(client);
  if (tiff == nullptr) return corrupt(client.message);
  if (page.compression == COMPRESSION_ADOBE_DEFLATE || page.compression == COMPRESSION_DEFLATE) {
    // libdeflate decodes nothing of a last strip that was padded to full height, and libtiff 4.5.0 does not notice.
    TIFFSetField(tiff.get(), TIFFTAG_DEFLATE_SUBCODEC, DEFLATE_SUBCODEC_ZLIB);
  }
  if (auto refusal = agree(tiff.get(), page)) return refusal;
  std::optional<TiffYcbcr> maybe_ycbcr;
  if (auto refusal = start_ycbcr(tiff.get(), page, maybe_ycbcr)) return refusal;
  Blocks blocks;
  if (auto refusal = read_blocks(tiff.get(), page, maybe_ycbcr.has_value(), max_pixels, blocks)) return refusal;
  sink.start(static_cast<int>(page.width), static_cast<int>(page.height), orientation);
  return read_pixels(tiff.get(), client, page, blocks, maybe_ycbcr, sink);
}

}  // namespace coulis
