#include "job/run/options.hpp"

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
      {"--threads", [](RunOptions& o) { o.features.threads = -1; }},
      {"--threads", [](RunOptions& o) { o.features.threads = 1025; }},
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

TEST(OnBad, HasNamesThatReadBack) {
  for (const OnBad on_bad : {OnBad::kSkip, OnBad::kFail}) EXPECT_EQ(parse_on_bad(to_string(on_bad)), on_bad);
  EXPECT_EQ(thrown_error([] { parse_on_bad("stop"); }).code(), ErrorCode::kUsage);
}

}  // namespace
}  // namespace coulis
