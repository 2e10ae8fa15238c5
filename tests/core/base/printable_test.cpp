#include "core/base/printable.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

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

TEST(Printable, ShowsWhatBreaksALineOrTurnsTextByNumber) {
  EXPECT_EQ(printable("a\u2028b\u2029c"sv), "a\\xe2\\x80\\xa8b\\xe2\\x80\\xa9c");
  EXPECT_EQ(printable("\u202egpj.exe"sv), "\\xe2\\x80\\xaegpj.exe");
  EXPECT_EQ(printable("\u2066a\u2069"sv), "\\xe2\\x81\\xa6a\\xe2\\x81\\xa9");
  const std::string_view joined = "\U0001F468\u200D\U0001F469.jpg \u05D0\u200E\u200F \u2027\u202F\u2065\u206A"sv;  // their neighbours
  EXPECT_EQ(printable(joined), joined);
}

TEST(Printable, ShowsABackslashByNumberWhereItWouldReadAsANumber) {
  EXPECT_EQ(printable(R"(a\x0ab)"sv), R"(a\x5cx0ab)");
  EXPECT_EQ(printable(R"(\\x0a)"sv), R"(\\x5cx0a)");
  EXPECT_EQ(printable("\\\n"sv), R"(\\x0a)");
  for (const std::string_view text : {R"(photos\xmas\a.jpg)"sv, R"(a\x0)"sv, R"(a\x0G)"sv, R"(a\xAB)"sv, R"(\)"sv, R"(\\x)"sv}) {
    EXPECT_EQ(printable(text), text);
  }
}

// Short strings of the bytes that matter to the rule, all of them, and long ones of any.
std::vector<std::string> tricky_names() {
  const std::string_view bytes = "\\x0a\n5c\xe2\x80\xae\xff";
  std::vector<std::string> names = {""};
  for (std::size_t i = 0; names[i].size() < 5; ++i) {
    for (const char c : bytes) names.push_back(names[i] + c);
  }
  std::mt19937 random(7);
  std::uniform_int_distribution<int> any_byte(0, 255);
  std::uniform_int_distribution<std::size_t> any_of(0, bytes.size() - 1);
  for (int i = 0; i < 20'000; ++i) {
    std::string name(30, ' ');
    for (char& c : name) c = i % 2 == 0 ? static_cast<char>(any_byte(random)) : bytes[any_of(random)];
    names.push_back(name);
  }
  return names;
}

TEST(Printable, IsOneToOneAndComesBack) {
  std::map<std::string, std::string> names_by_text;
  for (const std::string& name : tricky_names()) {
    const std::string text = printable(name);
    ASSERT_EQ(raw_name(text), name) << text;
    const auto [earlier, is_new] = names_by_text.emplace(text, name);
    ASSERT_TRUE(is_new || earlier->second == name) << text;
  }
  EXPECT_GT(names_by_text.size(), 100'000U);
}

TEST(PrintableSentence, LeavesNamesThatArePrintableAsTheyAre) {
  for (const std::string& name : tricky_names()) ASSERT_EQ(printable_sentence(printable(name)), printable(name));
  EXPECT_EQ(printable_sentence("a\nb \x9b \u202e"sv), "a\\x0ab \\x9b \\xe2\\x80\\xae");
}

}  // namespace
}  // namespace coulis
