#include "core/decode/png.hpp"

#include <png.h>

#include <algorithm>
#include <array>
#include <bit>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "core/base/byte_view.hpp"
#include "core/decode/failures.hpp"
#include "core/decode/pixels.hpp"

// Note [setjmp]: libpng reports errors by longjmp, which runs no destructors. So the functions that call setjmp (read_header,
// set_transforms, read_rows) hold nothing that has one; what must be freed belongs to their caller.

namespace coulis {
namespace {

struct Reader {
  explicit Reader(std::span<const std::byte> file);
  ~Reader() { png_destroy_read_struct(&png, &info, nullptr); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  Failure failure() const { return {Stage::kDecode, code, message}; }

  std::span<const std::byte> unread;
  FailureCode code = FailureCode::kCorrupt;
  char message[128] = "libpng could not start";
  png_structp png = nullptr;
  png_infop info = nullptr;
  Palette palette;
};

[[noreturn]] void leave(png_structp png, png_const_charp message) {
  auto* reader = static_cast<Reader*>(png_get_error_ptr(png));
  std::snprintf(reader->message, sizeof reader->message, "%s", message);
  png_longjmp(png, 1);
}

// The fewest bytes that Pillow accepts in a chunk that we do not need.
std::size_t least_bytes(std::string_view name, int colour_type) {
  struct Least {
    std::string_view name;
    std::size_t bytes;
  };
  constexpr std::array<Least, 6> kLeast = {{{"gAMA", 4}, {"cHRM", 32}, {"sRGB", 1}, {"pHYs", 9}, {"acTL", 8}, {"fcTL", 26}}};
  for (const Least& least : kLeast) {
    if (name == least.name) return least.bytes;
  }
  if (name != "tRNS") return 0;
  return colour_type == PNG_COLOR_TYPE_RGB ? 6 : colour_type == PNG_COLOR_TYPE_GRAY ? 2 : 0;
}

// Takes the palette. Like Pillow, skips any chunk that the pixels do not need, even a critical one, unless it is too
// short or names an unknown compression.
int take_chunk(png_structp png, png_unknown_chunkp chunk) {
  auto* reader = static_cast<Reader*>(png_get_user_chunk_ptr(png));
  const std::string_view name(reinterpret_cast<const char*>(chunk->name), 4);
  const std::string_view data(reinterpret_cast<const char*>(chunk->data), chunk->size);
  if (data.size() < least_bytes(name, png_get_color_type(png, reader->info))) png_chunk_error(png, "too short");
  if (name == "iCCP") {                              // a name, a zero, the method
    const std::size_t method = data.find('\0') + 1;  // 0 without the zero
    if (method >= data.size() || data[method] != '\0') png_chunk_error(png, "unknown compression");
  }
  if (name == "PLTE" && png_get_color_type(png, reader->info) == PNG_COLOR_TYPE_PALETTE) {
    if (data.size() / 3 > reader->palette.rgb.size()) png_chunk_error(png, "too many colours");
    reader->palette = {};
    std::copy_n(chunk->data, data.size() / 3 * 3, reader->palette.rgb.data()->data());
  }
  return 1;
}

// libpng warns about what it can do without (text, colour profiles,
// padding after the pixels). Whatever costs pixels is an error.
void ignore_warning(png_structp, png_const_charp) {}

void read_bytes(png_structp png, png_bytep out, std::size_t count) {
  auto* reader = static_cast<Reader*>(png_get_io_ptr(png));
  if (count > reader->unread.size()) {
    reader->code = FailureCode::kTruncated;
    png_error(png, "The file ends before its image does");
  }
  std::memcpy(out, reader->unread.data(), count);
  reader->unread = reader->unread.subspan(count);
}

Reader::Reader(std::span<const std::byte> file) : unread(file) {
  png = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, leave, ignore_warning);
  if (png != nullptr) info = png_create_info_struct(png);
}

bool read_header(Reader& reader) {
  if (setjmp(png_jmpbuf(reader.png))) return false;  // Note [setjmp]
  png_set_read_fn(reader.png, &reader, read_bytes);
  png_set_user_limits(reader.png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);             // refuse_size() checks the limit
  png_set_keep_unknown_chunks(reader.png, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);  // libpng unpacks nothing but pixels
  png_set_keep_unknown_chunks(reader.png, PNG_HANDLE_CHUNK_NEVER, reinterpret_cast<png_const_bytep>("PLTE\0tRNS"), 2);
  png_set_read_user_chunk_fn(reader.png, &reader, take_chunk);
  png_set_crc_action(reader.png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);  // as in Pillow: of all chunks before the pixels, needed or not
  png_set_option(reader.png, PNG_MAXIMUM_INFLATE_WINDOW, PNG_OPTION_ON);   // some encoders name too small a window
  png_read_info(reader.png, reader.info);
  return true;
}

// Asks libpng for one grey or palette byte, one 16-bit grey or three RGB bytes a pixel; bytes_per_pixel says which.
// Alpha and tRNS are dropped, and the low bytes of 16-bit colour cut, as Pillow does.
bool set_transforms(Reader& reader, int colour_type, int bit_depth, int& bytes_per_pixel, int& passes) {
  if (setjmp(png_jmpbuf(reader.png))) return false;  // Note [setjmp]
  const bool is_grey16 = colour_type == PNG_COLOR_TYPE_GRAY && bit_depth == 16;
  if (bit_depth < 8 && colour_type == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(reader.png);
  if (bit_depth < 8 && colour_type == PNG_COLOR_TYPE_PALETTE) png_set_packing(reader.png);
  if (is_grey16 && std::endian::native == std::endian::little) png_set_swap(reader.png);
  if (bit_depth == 16 && !is_grey16) png_set_strip_16(reader.png);
  if ((colour_type & PNG_COLOR_MASK_ALPHA) != 0) png_set_strip_alpha(reader.png);
  passes = png_set_interlace_handling(reader.png);
  png_read_update_info(reader.png, reader.info);
  const bool is_rgb = colour_type == PNG_COLOR_TYPE_RGB || colour_type == PNG_COLOR_TYPE_RGB_ALPHA;
  bytes_per_pixel = is_rgb ? 3 : is_grey16 ? 2 : 1;
  return true;
}

// Whether the error came after the last row: a missing end or
// checksum costs no pixels. A wrong checksum may mean wrong pixels.
bool has_all_rows(const Reader& reader) {
  const bool has_last = png_get_current_row_number(reader.png) >= png_get_image_height(reader.png, reader.info);
  constexpr int kPasses = 7;  // of an interlaced image
  return (has_last || png_get_current_pass_number(reader.png) >= kPasses) && std::strstr(reader.message, "CRC error") == nullptr;
}

// Some rows of an image.
struct Band {
  std::uint8_t* rgb = nullptr;
  int width = 0;
  int rows = 0;

  std::uint8_t* row(int y) const { return rgb + std::ptrdiff_t{y} * width * 3; }
};

// Fills the tails of the rows: the next ones, or all of them in each pass of an interlaced image.
bool read_rows(Reader& reader, const Band& band, int bytes_per_pixel, int passes) {
  if (setjmp(png_jmpbuf(reader.png))) return has_all_rows(reader);  // Note [setjmp]
  for (int pass = 0; pass < passes; ++pass) {
    for (int y = 0; y < band.rows; ++y) png_read_row(reader.png, tail_of_row(band.row(y), band.width, bytes_per_pixel), nullptr);
  }
  return true;
}

void spread_row(std::uint8_t* row, int width, int bytes_per_pixel, bool is_palette, const Palette& palette) {
  const std::uint8_t* samples = tail_of_row(row, width, bytes_per_pixel);
  if (is_palette) {
    spread_palette(samples, width, palette, row);
  } else if (bytes_per_pixel == 1) {
    spread_grey(samples, width, row);
  } else if (bytes_per_pixel == 2) {
    spread_grey16(samples, width, row);
  }
}

}  // namespace

std::optional<Failure> decode_png(std::span<const std::byte> bytes, std::int64_t max_pixels, int orientation, RowSink& sink) {
  // Apple's Xcode writes these for iPhones: without zlib's header, and with red and blue swapped.
  if (ByteView{bytes}.has_text(12, "CgBI")) return unsupported("PNGs that Xcode optimised for iPhones (CgBI) are not supported");
  Reader reader(bytes);
  if (reader.info == nullptr) return too_large(reader.message);
  if (!read_header(reader)) return reader.failure();
  const png_uint_32 width = png_get_image_width(reader.png, reader.info);
  const png_uint_32 height = png_get_image_height(reader.png, reader.info);
  if (const auto refusal = refuse_size(width, height, max_pixels)) return refusal;
  constexpr std::uint64_t kMaxDeflateRatio = 1032;  // a false size in the header must not make libpng allocate rows
  if (std::uint64_t{png_get_rowbytes(reader.png, reader.info)} * height > kMaxDeflateRatio * bytes.size()) {
    return truncated("The file is too short for the size in its header");
  }

  const int colour_type = png_get_color_type(reader.png, reader.info);
  int bytes_per_pixel = 0;
  int passes = 0;
  const int bit_depth = png_get_bit_depth(reader.png, reader.info);
  if (!set_transforms(reader, colour_type, bit_depth, bytes_per_pixel, passes)) return reader.failure();
  const bool is_palette = colour_type == PNG_COLOR_TYPE_PALETTE;
  const int rows = static_cast<int>(height);
  Band band{nullptr, static_cast<int>(width), 0};
  sink.start(band.width, rows, orientation);
  for (int y = 0; y < rows; y += band.rows) {
    band.rows = passes > 1 ? rows : rows_of_band(band.width, rows - y);
    band.rgb = sink.place(band.rows);
    if (!read_rows(reader, band, bytes_per_pixel, passes)) return reader.failure();
    for (int i = 0; bytes_per_pixel < 3 && i < band.rows; ++i)
      spread_row(band.row(i), band.width, bytes_per_pixel, is_palette, reader.palette);
    sink.take();
  }
  return std::nullopt;
}

}  // namespace coulis
