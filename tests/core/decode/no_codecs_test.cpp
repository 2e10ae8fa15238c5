// An installation that lacks the module of codecs: this program has no path to it.
#include <gtest/gtest.h>

#include "core/decode/decode.hpp"
#include "core/decode/formats.hpp"
#include "tests/core/decode/test_images.hpp"

namespace coulis {
namespace {

TEST(load_codecs, says_what_to_do_if_they_are_missing) {
  for (const char* name : {"ycbcr_444.heic", "grey.avif", "rgb.jxl"}) {
    const Outcome<Image> outcome = decode(read_file(fs::path(COULIS_DECODE_FILES) / "good" / name));
    ASSERT_FALSE(outcome.ok()) << name;
    EXPECT_EQ(outcome.failure().code, FailureCode::kUnsupported);
    EXPECT_NE(outcome.failure().message.find("install coulis again (libcoulis_codecs.so: "), std::string::npos)
        << outcome.failure().message;
  }
}

TEST(list_formats, leaves_out_what_is_in_the_missing_module) {
  EXPECT_EQ(list_formats(), "jpeg png webp gif bmp tiff");
}

}  // namespace
}  // namespace coulis
