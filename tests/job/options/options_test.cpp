#include "job/options/options.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/job/thrown_error.hpp"

namespace coulis {
namespace {

TEST(RunOptions, AreValidAsTheyCome) {
  EXPECT_NO_THROW(validate(RunOptions{}));
}

TEST(RunOptions, OutOfRangeAreRefusedWithTheNameOfTheFlag) {
  const std::vector<std::pair<std::string, std::function<void(RunOptions&)>>> cases = {
      {"--threads", [](RunOptions& o) { o.threads = -1; }},
      {"--threads", [](RunOptions& o) { o.threads = 1025; }},
      {"--images-per-part", [](RunOptions& o) { o.features.images_per_part = 0; }},
      {"--images-per-part", [](RunOptions& o) { o.features.images_per_part = 65'537; }},
      {"--max-bad", [](RunOptions& o) { o.features.max_bad = -0.1; }},
      {"--max-bad", [](RunOptions& o) { o.features.max_bad = 1.1; }},
      {"--max-bad", [](RunOptions& o) { o.features.max_bad = std::nan(""); }},
      {"--max-pixels", [](RunOptions& o) { o.decode.max_pixels = 0; }},
      {"-k", [](RunOptions& o) { o.pca.k = 0; }},
      {"--variance", [](RunOptions& o) { o.pca.variance = 1.1; }},
      {"--variance", [](RunOptions& o) { o.pca.variance = std::nan(""); }},
      {"--label-level", [](RunOptions& o) { o.listing.label_level = 0; }},
      {"--label-regex", [](RunOptions& o) { o.listing.label_regex = "["; }},
  };
  for (const auto& [flag, spoil] : cases) {
    RunOptions options;
    spoil(options);
    const Error error = thrown_error([&] { validate(options); });
    EXPECT_EQ(error.code(), ErrorCode::kUsage) << flag;
    EXPECT_NE(std::string(error.what()).find(flag), std::string::npos) << error.what();
  }
}

TEST(RunOptions, ReadBackFromTheirTexts) {
  RunOptions options;
  options.listing.include = {"*.jpg", "a b"};
  options.listing.label_regex = "/([^/]+)/";
  options.features.images_per_part = 7;
  options.features.compression = Compression::kZstd;
  options.csv.separator = CsvSeparator::kTab;
  options.report.no_thumbnails = true;
  options.pca.variance = 0.95;
  RunOptions read;
  set_options(to_texts(options), read);
  EXPECT_EQ(to_texts(read), to_texts(options));
  EXPECT_EQ(read.listing.include, options.listing.include);
  EXPECT_EQ(read.csv.separator, CsvSeparator::kTab);
  EXPECT_FALSE(to_texts(options).contains("threads"));  // says nothing about results
}

TEST(RunOptions, OneThatIsGivenWinsOverTheOneThatItExcludes) {
  RunOptions options;
  options.pca.variance = 0.95;
  set_options({{"k", {"7"}}}, options);
  EXPECT_EQ(options.pca.variance, 0);
  EXPECT_EQ(options.pca.k, 7);
  options.listing.label_regex = "(a)";
  set_options({{"label-level", {"2"}}}, options);
  EXPECT_EQ(options.listing.label_regex, "");
}

TEST(RunOptions, AreRefusedAsTextsWithTheNameOfTheFlag) {
  const std::vector<std::pair<std::string, std::string>> cases = {{"threads", "x"},
                                                                  {"threads", "1.5"},
                                                                  {"max-bad", "2"},
                                                                  {"max-bad", "1x%"},
                                                                  {"k", "0"},
                                                                  {"k", ""},
                                                                  {"max-pixels", "99999999999999999999"}};
  for (const auto& [name, text] : cases) {
    RunOptions options;
    const Error error = thrown_error([&] { set_options({{name, {text}}}, options); });
    EXPECT_EQ(error.code(), ErrorCode::kUsage) << name;
    EXPECT_NE(std::string(error.what()).find((name == "k" ? "-" : "--") + name), std::string::npos) << error.what();
  }
}

TEST(EnumNames, ReadBackAndAreListedWhereOneIsUnknown) {
  for (const OnBad on_bad : {OnBad::kSkip, OnBad::kFail}) EXPECT_EQ(parse_enum<OnBad>(to_string(on_bad)), on_bad);
  EXPECT_EQ(parse_enum<CsvSeparator>("\t"), CsvSeparator::kTab);
  EXPECT_EQ(to_string(CsvSeparator::kTab), "tab");
  const Error error = thrown_error([] { parse_enum<Precision>("fp16"); });
  EXPECT_EQ(error.code(), ErrorCode::kUsage);
  EXPECT_EQ(error.remedy(), "use fp32, bf16 or int8");
}

}  // namespace
}  // namespace coulis
