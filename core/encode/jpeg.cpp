#include "core/encode/jpeg.hpp"

#include <csetjmp>
#include <cstdio>  // before jpeglib.h, which uses FILE
#include <cstdlib>

#include <jpeglib.h>

#include "core/base/error.hpp"

namespace coulis {
namespace {

struct ErrorManager {
  jpeg_error_mgr base;  // first, because libjpeg's pointer to it is also the pointer to this struct
  std::jmp_buf on_error;
  char message[JMSG_LENGTH_MAX];
};

[[noreturn]] void leave(j_common_ptr info) {
  auto* errors = reinterpret_cast<ErrorManager*>(info->err);
  errors->base.format_message(info, errors->message);
  std::longjmp(errors->on_error, 1);
}

struct Compressor {
  Compressor() {
    info.err = jpeg_std_error(&errors.base);
    errors.base.error_exit = leave;
  }
  ~Compressor() {
    jpeg_destroy_compress(&info);  // safe before jpeg_create_compress(): the struct is all zero
    std::free(buffer);             // NOLINT(cppcoreguidelines-no-malloc): libjpeg's
  }
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;

  jpeg_compress_struct info{};
  ErrorManager errors{};
  unsigned char* buffer = nullptr;
  unsigned long size_bytes = 0;
};

// libjpeg reports errors by longjmp, which runs no destructors: nothing here has one.
bool write_image(Compressor& compressor, const ImageView& image, int quality, JpegEffort effort) {
  jpeg_compress_struct& info = compressor.info;
  if (setjmp(compressor.errors.on_error)) return false;
  jpeg_create_compress(&info);
  jpeg_mem_dest(&info, &compressor.buffer, &compressor.size_bytes);
  info.image_width = static_cast<JDIMENSION>(image.width);
  info.image_height = static_cast<JDIMENSION>(image.height);
  info.input_components = 3;
  info.in_color_space = JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, quality, TRUE);
  info.optimize_coding = effort == JpegEffort::kSmall ? TRUE : FALSE;
  info.dct_method = effort == JpegEffort::kSmall ? JDCT_ISLOW : JDCT_IFAST;
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    auto* row = const_cast<JSAMPROW>(image.row(static_cast<int>(info.next_scanline)));  // libjpeg only reads it
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  return true;
}

}  // namespace

std::vector<std::byte> encode_jpeg(const ImageView& image, int quality, JpegEffort effort) {
  Compressor compressor;
  if (!write_image(compressor, image, quality, effort)) {
    throw Error(ErrorCode::kRunFailed, std::string("cannot write a JPEG: ") + compressor.errors.message);
  }
  const auto* begin = reinterpret_cast<const std::byte*>(compressor.buffer);
  return {begin, begin + compressor.size_bytes};
}

}  // namespace coulis
