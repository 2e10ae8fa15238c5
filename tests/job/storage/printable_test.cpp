#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "job/storage/location.hpp"

namespace coulis {
namespace {

using namespace std::string_view_literals;

TEST(Printable, LeavesValidUtf8AsItIs) {
  for (const std::string_view text : {""sv, "a b/c.jpg"sv, "Äpfel/Größe.jpg"sv, "写真/猫.png"sv, "\U0001F34E.jpg"sv,
                                      "\u00A0\u07FF\u0800\uFFFF"sv, R"(back\slash)"sv, "\U0010FFFF"sv}) {
    EXPECT_EQ(printable(text), text);
  }
}

TEST(Printable, ShowsControlCharactersByNumber) {
  EXPECT_EQ(printable("a\nb\tc\x7f"sv), "a\\x0ab\\x09c\\x7f");
  EXPECT_EQ(printable("\0"sv), "\\x00");
  EXPECT_EQ(printable("\u0080a\u009b31m\u009f"sv), "\\xc2\\x80a\\xc2\\x9b31m\\xc2\\x9f");
}

TEST(Printable, ShowsBytesThatAreNotUtf8ByNumber) {
  EXPECT_EQ(printable("caf\xe9.jpg"sv), "caf\\xe9.jpg");
  EXPECT_EQ(printable("\xff\xfe"sv), "\\xff\\xfe");
  EXPECT_EQ(printable("\x80"sv), "\\x80");
}

TEST(Printable, ShowsACutCharacterByNumber) {
  EXPECT_EQ(printable("\xc3"sv), "\\xc3");
  EXPECT_EQ(printable("\xe2\x82"sv), "\\xe2\\x82");
  EXPECT_EQ(printable("\xf0\x9f\x8d"sv), "\\xf0\\x9f\\x8d");
  EXPECT_EQ(printable("\xe2\x82z"sv), "\\xe2\\x82z");
}

// RFC 3629 forbids them: a reader of our Parquet files would refuse the column.
TEST(Printable, ShowsOverlongFormsSurrogatesAndWhatLiesBeyondUnicodeByNumber) {
  EXPECT_EQ(printable("\xc0\xaf"sv), "\\xc0\\xaf");
  EXPECT_EQ(printable("\xe0\x80\xaf"sv), "\\xe0\\x80\\xaf");
  EXPECT_EQ(printable("\xf0\x80\x80\xaf"sv), "\\xf0\\x80\\x80\\xaf");
  EXPECT_EQ(printable("\xed\xa0\x80"sv), "\\xed\\xa0\\x80");
  EXPECT_EQ(printable("\xf4\x90\x80\x80"sv), "\\xf4\\x90\\x80\\x80");
  EXPECT_EQ(printable("\xf8\x88\x80\x80\x80"sv), "\\xf8\\x88\\x80\\x80\\x80");
}

}  // namespace
}  // namespace coulis
