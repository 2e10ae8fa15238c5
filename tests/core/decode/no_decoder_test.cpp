// A libheif whose decoders are in packages that are not installed, and a libavif without one. These definitions stand before those of the
// libraries.
#include <avif/avif.h>
#include <gtest/gtest.h>
#include <libheif/heif.h>

#include "core/decode/decode.hpp"
#include "core/decode/formats.hpp"
#include "tests/core/decode/test_images.hpp"

int heif_have_decoder_for_format(heif_compression_format) {
  return 0;
}

heif_error heif_decode_image(const heif_image_handle*, heif_image**, heif_colorspace, heif_chroma, const heif_decoding_options*) {
  return {heif_error_Unsupported_feature, heif_suberror_Unsupported_codec, "none"};
}

const char* avifCodecName(avifCodecChoice, avifCodecFlags) {
  return nullptr;
}

avifResult avifDecoderNextImage(avifDecoder*) {
  return AVIF_RESULT_NO_CODEC_AVAILABLE;
}

namespace coulis {
namespace {

std::string refusal_of(const char* name) {
  const Outcome<Image> outcome = decode(read_file(fs::path(COULIS_DECODE_FILES) / "good" / name));
  if (outcome.ok()) return "";
  EXPECT_EQ(outcome.failure().code, FailureCode::kUnsupported);
  return outcome.failure().message;
}

TEST(decode, names_what_a_heif_or_avif_needs) {
  EXPECT_NE(refusal_of("ycbcr_444.heic").find("libheif-plugin-libde265"), std::string::npos);
  EXPECT_NE(refusal_of("grey.avif").find("dav1d"), std::string::npos);
}

TEST(list_formats, leaves_out_what_no_decoder_is_there_for) {
  EXPECT_EQ(list_formats(), "jpeg png webp gif bmp tiff jxl");
}

}  // namespace
}  // namespace coulis
