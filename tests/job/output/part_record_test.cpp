#include "job/output/part_record.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/job/thrown_error.hpp"

namespace coulis {
namespace {

using Metadata = std::vector<std::pair<std::string, std::string>>;

void expect_equal(const PartRecord& actual, const PartRecord& expected) {
  EXPECT_EQ(actual.settings, expected.settings);
  EXPECT_EQ(actual.turned, expected.turned);
  ASSERT_EQ(actual.images.size(), expected.images.size());
  for (std::size_t i = 0; i < expected.images.size(); ++i) {
    EXPECT_EQ(actual.images[i].key, expected.images[i].key);
    EXPECT_EQ(actual.images[i].size_bytes, expected.images[i].size_bytes);
    EXPECT_EQ(actual.images[i].mtime_ns, expected.images[i].mtime_ns);
  }
  ASSERT_EQ(actual.failures.size(), expected.failures.size());
  for (std::size_t i = 0; i < expected.failures.size(); ++i) {
    EXPECT_EQ(actual.failures[i].index, expected.failures[i].index);
    EXPECT_EQ(actual.failures[i].stage, expected.failures[i].stage);
    EXPECT_EQ(actual.failures[i].code, expected.failures[i].code);
    EXPECT_EQ(actual.failures[i].message, expected.failures[i].message);
  }
}

PartRecord read_back(const PartRecord& record) {
  return parse_part_record(to_metadata(record), "part");
}

Metadata with_images(const std::string& images, const std::string& failures = "[]") {
  return {{"coulis.settings", "s"}, {"coulis.images", images}, {"coulis.failures", failures}};
}

TEST(PartRecord, ReadsBackAsItWas) {
  const PartRecord record{"model=1\nx=2\n", {{"a.jpg", 1, -2}, {"b/c.png", 3, 4}}, {{1, "decode", "corrupt", R"(It "says" \x41)"}}, "", 1};
  expect_equal(read_back(record), record);
  expect_equal(read_back({}), {});
}

TEST(PartRecord, KeepsTheFormatsIfOneWasRefusedAndElseIsAsBefore) {
  PartRecord record{"s", {{"a.jp2", 1, 2}}, {{0, "decode", "unsupported", "why"}}, "jpeg png"};
  EXPECT_EQ(read_back(record).formats, "jpeg png");
  record.failures[0].code = "corrupt";
  EXPECT_EQ(read_back(record).formats, "");
  EXPECT_EQ(to_metadata(record).size(), 3U);
}

TEST(PartRecord, KeepsKeysOfAnyBytes) {
  std::string all;
  for (int byte = 1; byte < 256; ++byte) all += static_cast<char>(byte);
  PartRecord record;
  for (const std::string& key :
       {all, std::string("\\"), std::string("\\x41"), std::string("\xff"), std::string("写真.jpg"), std::string("\"'")}) {
    record.images.push_back({key, 0, 0});
  }
  expect_equal(read_back(record), record);
}

TEST(PartRecord, KeepsTheLargestNumbers) {
  const PartRecord record{"", {{"a", std::numeric_limits<std::uint64_t>::max(), std::numeric_limits<std::int64_t>::min()}}, {}};
  expect_equal(read_back(record), record);
}

// Readers in other languages take the metadata for UTF-8.
TEST(PartRecord, IsAsciiTextHoweverOddTheKeys) {
  const PartRecord record{"s", {{"\xff\n写", 1, 2}}, {}};
  for (const auto& [name, value] : to_metadata(record)) {
    for (const char c : value) EXPECT_TRUE(c >= ' ' && c <= '~') << name;
  }
}

// A decoder may quote what it found in a file.
TEST(PartRecord, ShowsOddBytesOfAMessageByNumber) {
  const PartRecord record{"s", {{"a", 1, 2}}, {{0, "decode", "corrupt", "tag \xff of a größe"}}};
  EXPECT_EQ(read_back(record).failures.at(0).message, "tag \\xff of a größe");
}

TEST(PartRecord, RefusesMetadataThatLacksAPair) {
  const Metadata whole = with_images("[]");
  for (std::size_t missing = 0; missing < whole.size(); ++missing) {
    Metadata rest = whole;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(missing));
    const Error error = thrown_error([&] { parse_part_record(rest, "that file"); });
    EXPECT_EQ(error.code(), ErrorCode::kRunFailed);
    EXPECT_NE(std::string(error.what()).find("that file"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find(whole[missing].first), std::string::npos);
  }
}

TEST(PartRecord, RefusesMalformedMetadata) {
  for (const char* images :
       {"", "[", "[1]", "[[]]", R"([["a"]])", R"([["a",1]])", R"([[1,2,3]])", R"([["a","b",3]])", R"({"a":1})", "7", R"([["\\",1,2]])",
        R"([["\\x",1,2]])", R"([["\\x4",1,2]])", R"([["\\xg1",1,2]])", R"([["\\y41",1,2]])", R"([["\\x+1",1,2]])", "[[\"\xff\",1,2]]"}) {
    const Error error = thrown_error([&] { parse_part_record(with_images(images), "that file"); });
    EXPECT_EQ(error.code(), ErrorCode::kRunFailed) << images;
    EXPECT_NE(std::string(error.what()).find("that file"), std::string::npos) << images;
  }
}

TEST(PartRecord, RefusesNumbersThatWouldBeWrappedOrCast) {
  for (const char* images : {R"([["a",-1,2]])", R"([["a",1.5,2]])", R"([["a",1e300,2]])", R"([["a",1,1e300]])", R"([["a",1,0.5]])"}) {
    EXPECT_EQ(thrown_error([&] { parse_part_record(with_images(images), "that file"); }).code(), ErrorCode::kRunFailed) << images;
  }
}

TEST(PartRecord, RefusesMalformedFailures) {
  const std::string images = R"([["a",1,2]])";
  for (const char* failures : {"", "[[]]", R"([[0,"decode","corrupt"]])", R"([["0","decode","corrupt","m"]])",
                               R"([[1,"decode","corrupt","m"]])", R"([[-1,"decode","corrupt","m"]])"}) {
    EXPECT_EQ(thrown_error([&] { parse_part_record(with_images(images, failures), "that file"); }).code(), ErrorCode::kRunFailed)
        << failures;
  }
}

}  // namespace
}  // namespace coulis
