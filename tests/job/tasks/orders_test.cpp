#include "job/tasks/orders.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "core/base/version.hpp"
#include "tests/job/thrown_error.hpp"

namespace coulis {
namespace {

constexpr std::string_view kSame = "install the same version of coulis on all machines";

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  return text.replace(text.find(from), from.size(), to);
}

StageOrder some_stage() {
  StageOrder order;
  order.kind = TaskKind::kProjection;
  order.options.input = "/photos/\xFF\n\"";
  order.options.output = "s3://bucket/\xE2\x82\xAC";
  order.options.threads = 3;  // of the options that change no result too
  order.options.storage.region = "eu-west-3";
  order.options.features.compression = Compression::kZstd;
  order.options.features.max_bad = 0.1;
  order.options.listing.include = {"*.jpg", "\xFE*"};
  order.options.pca.variance = 0.9;
  order.settings = "format=2\nlabel=\xC3\xA9\n";
  order.pca_sha256 = "ab";
  return order;
}

TEST(Orders, OfAStageComeBackWithAllOptions) {
  const StageOrder order = some_stage();
  const StageOrder back = parse_stage_order(to_bytes(order));
  EXPECT_EQ(back.kind, order.kind);
  EXPECT_EQ(back.options.input, order.options.input);
  EXPECT_EQ(back.options.output, order.options.output);
  EXPECT_EQ(back.options.threads, 3);
  EXPECT_EQ(back.options.storage.region, "eu-west-3");
  EXPECT_EQ(back.options.features.max_bad, 0.1);
  EXPECT_EQ(back.options.listing.include, order.options.listing.include);
  EXPECT_EQ(to_texts(back.options), to_texts(order.options));
  EXPECT_EQ(back.settings, order.settings);
  EXPECT_EQ(back.pca_sha256, order.pca_sha256);
}

TEST(Orders, OfFeaturesHaveTheImagesOfAPart) {
  const Part part{7, std::vector<ImageRef>{{"a\n\xFF.jpg", 12, -5, ""}, {"b.jpg", 1, 2, "etag"}}, "0123", false, "new"};
  const FeaturesOrder back = parse_features_order(to_bytes(FeaturesOrder{part}));
  EXPECT_EQ(back.part.number, 7U);
  EXPECT_EQ(back.part.fingerprint, "0123");
  ASSERT_EQ(back.part.images.size(), 2U);
  EXPECT_EQ(back.part.images.at(0).key, "a\n\xFF.jpg");
  EXPECT_EQ(back.part.images.at(0).size_bytes, 12U);
  EXPECT_EQ(back.part.images.at(0).mtime_ns, -5);
  EXPECT_EQ(back.part.images.at(1).etag, "etag");
}

TEST(Orders, OfCommittedPartsNameTheirFiles) {
  const StageOrder stage = some_stage();
  const Part part{40, {}, "0123", true, ""};
  const PartFile file{40, "0123", part.file_key("zstd")};
  for (const auto& parts : {parse_moments_order(to_bytes(MomentsOrder{{file, file}}), stage).parts,
                            parse_projection_order(to_bytes(ProjectionOrder{{file, file}, {}}), stage).parts}) {
    ASSERT_EQ(parts.size(), 2U);
    EXPECT_EQ(parts[1].number, 40U);
    EXPECT_EQ(parts[1].fingerprint, "0123");
    EXPECT_EQ(parts[1].key, file.key);
  }
}

TEST(Orders, OfAProjectionNameThePhotosOfTheReport) {
  const PartFile file{40, "0123", ""};
  const ProjectionOrder order{{file, file}, {{{0, 1, 2, 700}, {}, false}, {{}, {}, true}}};
  const ProjectionOrder back = parse_projection_order(to_bytes(order), some_stage());
  ASSERT_EQ(back.samples.size(), 2U);
  EXPECT_EQ(back.samples[0].images, order.samples[0].images);
  EXPECT_FALSE(back.samples[0].hashes);
  EXPECT_TRUE(back.samples[1].images.empty());
  EXPECT_TRUE(back.samples[1].hashes);
}

TEST(Orders, SayWhatTheyAreBeforeTheyAreCarriedOut) {
  const PartFile file{40, "0123", ""};
  EXPECT_EQ(name_of_order(to_bytes(MomentsOrder{{file}})).kind, TaskKind::kMoments);
  EXPECT_EQ(name_of_order(to_bytes(ProjectionOrder{{file}, {}})).first_part, 40U);
  EXPECT_EQ(name_of_order(to_bytes(FeaturesOrder{Part{3, {}, "", false, ""}})).first_part, 3U);
}

TEST(Orders, OfAnotherVersionAreRefusedWithWhatToDo) {
  const std::string stage = to_bytes(some_stage());
  const std::string order = to_bytes(MomentsOrder{{{1, "0123", ""}}});
  const auto version = std::string("\"").append(kVersion) + "\"";
  const Error other = thrown_error([&] { parse_stage_order(replaced(stage, version, "\"9.9.9\"")); });
  EXPECT_NE(std::string(other.what()).find("9.9.9 on the driver"), std::string::npos) << other.what();
  EXPECT_EQ(other.remedy(), kSame);
  for (const std::string& bad : {replaced(order, "\"format\":2", "\"format\":1"), replaced(order, "\"number\"", "\"numbre\""),
                                 replaced(order, "\"number\":1", "\"number\":-1"), order.substr(0, order.size() / 2), std::string(),
                                 std::string("[]\n"), std::string("\xFF")}) {
    EXPECT_EQ(thrown_error([&] { parse_moments_order(bad, some_stage()); }).remedy(), kSame) << bad;
  }
  EXPECT_EQ(thrown_error([&] { parse_projection_order(order, some_stage()); }).code(), ErrorCode::kRunFailed);
}

}  // namespace
}  // namespace coulis
