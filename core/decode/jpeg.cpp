#include "core/decode/jpeg.hpp"

#include <csetjmp>
#include <cstdio>  // before jpeglib.h, which uses FILE

#include <jerror.h>
#include <jpeglib.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "core/decode/failures.hpp"
#include "core/decode/pixels.hpp"

// Note [setjmp]: libjpeg reports errors by longjmp, which runs no destructors. So the functions that call setjmp (read_header, start_rows,
// read_rows) hold nothing that has one; what must be freed belongs to their caller.

namespace coulis {
namespace {

// A real file has about ten scans. A scan of a few bytes may cost a
// pass over all pixels, so only small images may have more than this.
constexpr int kUsualScans = 20;
constexpr int kMaxScans = 500;
constexpr std::int64_t kMaxScannedPixels = 5'000'000'000;  // about a second
constexpr int kRowsPerCall = 16;

struct ErrorManager {
  jpeg_error_mgr base;  // first, because libjpeg's pointer to it is also the pointer to this struct
  std::jmp_buf on_error;
  FailureCode code;
  char message[JMSG_LENGTH_MAX];

  void set(FailureCode new_code, const char* text) {
    code = new_code;
    std::snprintf(message, sizeof message, "%s", text);
  }
};

FailureCode code_of_error(int message_code) {
  switch (message_code) {
    case JERR_BAD_PRECISION:
    case JERR_SOF_UNSUPPORTED:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_BAD_J_COLORSPACE:
    case JERR_COMPONENT_COUNT:
    case JERR_CCIR601_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_ARITH_NOTIMPL:
    case JERR_NOTIMPL:
    case JERR_NOT_COMPILED: return FailureCode::kUnsupported;
    case JERR_INPUT_EMPTY:
    case JERR_INPUT_EOF:
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER: return FailureCode::kTruncated;
    case JERR_OUT_OF_MEMORY:
    case JERR_NO_BACKING_STORE:
    case JERR_IMAGE_TOO_BIG: return FailureCode::kTooLarge;
    default: return FailureCode::kCorrupt;
  }
}

// libjpeg warns about damage that it can paint over. These warnings cost no pixels (odd
// headers, extra bytes between the scans), occur in real photos, and Pillow ignores them.
// Any other warning means that pixels are missing or made up, and the image is refused.
bool is_harmless(int message_code) {
  switch (message_code) {
    case JWRN_ADOBE_XFORM:
    case JWRN_JFIF_MAJOR:
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_NOT_SEQUENTIAL:
    case JWRN_BOGUS_ICC: return true;
    default: return false;
  }
}

[[noreturn]] void leave(j_common_ptr info) {
  auto* errors = reinterpret_cast<ErrorManager*>(info->err);
  errors->code = code_of_error(errors->base.msg_code);
  errors->base.format_message(info, errors->message);
  std::longjmp(errors->on_error, 1);
}

void take_message(j_common_ptr info, int level) {
  const bool is_warning = level < 0;
  if (is_warning && !is_harmless(info->err->msg_code)) leave(info);
}

void count_scans(j_common_ptr info) {
  const auto* image = reinterpret_cast<j_decompress_ptr>(info);
  const std::int64_t scans = image->input_scan_number;
  if (scans <= kUsualScans) return;
  if (scans <= kMaxScans && scans * image->image_width * image->image_height <= kMaxScannedPixels) return;
  auto* errors = reinterpret_cast<ErrorManager*>(info->err);
  errors->set(FailureCode::kCorrupt, "The JPEG has more scans than any real photo");
  std::longjmp(errors->on_error, 1);
}

struct Decompressor {
  Decompressor() {
    info.err = jpeg_std_error(&errors.base);
    errors.base.error_exit = leave;
    errors.base.emit_message = take_message;
  }
  ~Decompressor() { jpeg_destroy_decompress(&info); }  // safe before jpeg_create_decompress(): the struct is all zero
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;

  Failure failure() const { return {Stage::kDecode, errors.code, errors.message}; }

  jpeg_decompress_struct info{};
  ErrorManager errors{};
  jpeg_progress_mgr progress{};
};

// A progressive file may have its end marker and still lack scans.
// libjpeg would guess the lowest frequencies, each version differently.
bool lacks_scans(const jpeg_decompress_struct& info) {
  if (info.progressive_mode == FALSE) return false;
  constexpr int kGuessed = 10;  // the first coefficients in zigzag order
  for (int component = 0; component < info.num_components; ++component) {
    for (int k = 0; k < kGuessed; ++k) {
      if (info.coef_bits[component][k] != 0) return true;  // bits that are still missing, or -1: never sent
    }
  }
  return false;
}

bool read_header(Decompressor& decompressor, const unsigned char* data, unsigned long size_bytes) {
  jpeg_decompress_struct& info = decompressor.info;
  if (setjmp(decompressor.errors.on_error)) return false;  // Note [setjmp]
  jpeg_create_decompress(&info);
  decompressor.progress.progress_monitor = count_scans;
  info.progress = &decompressor.progress;
  jpeg_mem_src(&info, data, size_bytes);
  jpeg_read_header(&info, TRUE);
  return true;
}

bool start_rows(Decompressor& decompressor) {
  jpeg_decompress_struct& info = decompressor.info;
  if (setjmp(decompressor.errors.on_error)) return false;  // Note [setjmp]
  jpeg_start_decompress(&info);
  if (lacks_scans(info)) {
    decompressor.errors.set(FailureCode::kTruncated, "Scans of the progressive JPEG are missing");
    return false;
  }
  return true;
}

// The next `count` rows. cmyk_row: [width, 4], used where libjpeg gives CMYK.
bool read_rows(Decompressor& decompressor, std::uint8_t* rgb, JDIMENSION count, std::uint8_t* cmyk_row) {
  jpeg_decompress_struct& info = decompressor.info;
  if (setjmp(decompressor.errors.on_error)) return false;  // Note [setjmp]
  const std::size_t row_bytes = std::size_t{info.output_width} * 3;
  const JDIMENSION first = info.output_scanline;
  while (info.output_scanline < first + count) {
    std::uint8_t* row = rgb + (info.output_scanline - first) * row_bytes;
    if (cmyk_row != nullptr) {
      jpeg_read_scanlines(&info, &cmyk_row, 1);
      // As in Pillow: the CMYK of a JPEG is inverted, as Adobe writes it, with or without Adobe's marker.
      for (std::size_t i = 0; i < std::size_t{info.output_width} * 4; ++i) cmyk_row[i] = static_cast<std::uint8_t>(255 - cmyk_row[i]);
      cmyk_to_rgb(cmyk_row, static_cast<int>(info.output_width), row);
      continue;
    }
    JSAMPROW rows[kRowsPerCall];
    const JDIMENSION left = first + count - info.output_scanline;
    const JDIMENSION wanted = left < kRowsPerCall ? left : kRowsPerCall;
    for (JDIMENSION i = 0; i < wanted; ++i) rows[i] = row + i * row_bytes;
    jpeg_read_scanlines(&info, rows, wanted);
  }
  return true;
}

// As Pillow's Image.draft: the inverse DCT makes the image this many times smaller.
unsigned choose_scale(const jpeg_decompress_struct& info, const PixelSize& least) {
  if (least.width <= 0 || least.height <= 0) return 1;
  const unsigned most =
      std::min(info.image_width / static_cast<unsigned>(least.width), info.image_height / static_cast<unsigned>(least.height));
  return most >= 8 ? 8 : most >= 4 ? 4 : most >= 2 ? 2 : 1;
}

}  // namespace

std::optional<Failure> decode_jpeg(std::span<const std::byte> bytes, const DecodeOptions& options, int orientation, RowSink& sink) {
  Decompressor decompressor;
  if (!read_header(decompressor, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size())) return decompressor.failure();
  jpeg_decompress_struct& info = decompressor.info;
  if (const auto refusal = refuse_size(info.image_width, info.image_height, options.max_pixels)) return refusal;
  if (info.num_components != 1 && info.num_components != 3 && info.num_components != 4) {
    return unsupported("A JPEG of " + std::to_string(info.num_components) + " components");
  }

  const bool is_cmyk = info.num_components == 4;
  info.out_color_space = is_cmyk ? JCS_CMYK : JCS_RGB;  // libjpeg turns grey, YCbCr and YCCK into these
  std::vector<std::uint8_t> cmyk_row(is_cmyk ? std::size_t{info.image_width} * 4 : 0);
  // Where a file has several scans, libjpeg holds two bytes a sample; they are touched only as far as the scans reach.
  if (options.decoding == Decoding::kScaled) info.scale_denom = choose_scale(info, sink.least_size());
  if (!start_rows(decompressor)) return decompressor.failure();
  const int width = static_cast<int>(info.output_width);
  const int height = static_cast<int>(info.output_height);
  std::uint8_t* one_row = is_cmyk ? cmyk_row.data() : nullptr;
  // Stops after the last row: the end marker may be missing, pixels may not.
  return send_bands(sink, width, height, orientation, [&](int, int count, std::uint8_t* rgb) -> std::optional<Failure> {
    if (!read_rows(decompressor, rgb, static_cast<JDIMENSION>(count), one_row)) return decompressor.failure();
    return std::nullopt;
  });
}

}  // namespace coulis
