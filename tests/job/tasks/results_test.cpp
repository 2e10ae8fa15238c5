#include "job/tasks/results.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "core/moments/moments_bytes.hpp"
#include "core/moments/moments_tree.hpp"
#include "tests/job/thrown_error.hpp"

namespace coulis {
namespace {

Moments moments_of_part(std::uint64_t number) {
  std::vector<float> rows(6);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<float>((number * 37 + i * 11) % 19) / 7.0F;
  return moments_of(MatrixView<const float>{rows.data(), 3, 2});
}

MomentsResult result_of_part(std::uint64_t number) {
  CommittedPart part;
  part.entry.number = number;
  part.entry.listed = part.entry.ok = 3;
  return {number, {part}, moments_of_part(number)};
}

TEST(Results, OfFeaturesComeBack) {
  FeaturesResult result;
  result.part = 7;
  result.seconds.read = 0.1;
  result.seconds.photo = {0.2, 0.3, 1.0 / 3};
  result.seconds.write = 0.5;
  result.time = {"node-3", 12345.678, 12346.789, 4};
  const FeaturesResult back = parse_features_result(to_bytes(result));
  EXPECT_EQ(back.part, 7U);
  EXPECT_EQ(back.seconds.photo.network, 1.0 / 3);
  EXPECT_EQ(back.seconds.sum(), result.seconds.sum());
  EXPECT_EQ(back.time.machine, "node-3");
  EXPECT_EQ(back.time.begin_s, 12345.678);
  EXPECT_EQ(back.time.end_s, 12346.789);
  EXPECT_EQ(back.time.threads, 4);
}

TEST(Results, OfMomentsComeBackToTheBitWithTheErrorRows) {
  MomentsResult result = result_of_part(40);
  result.parts[0].entry.features = {"features/part", 99, "ab"};
  result.parts[0].errors = {{"a\\x0a.jpg", "decode", "truncated", "it ends \xE2\x82\xAC", 12}};
  const MomentsResult back = parse_moments_result(to_bytes(result));
  EXPECT_EQ(back.node, 40U);
  EXPECT_EQ(to_bytes(back.moments), to_bytes(result.moments));
  ASSERT_EQ(back.parts.size(), 1U);
  EXPECT_EQ(back.parts[0].entry.ok, 3U);
  EXPECT_EQ(back.parts[0].entry.features.sha256, "ab");
  ASSERT_EQ(back.parts[0].errors.size(), 1U);
  EXPECT_EQ(back.parts[0].errors[0].path, "a\\x0a.jpg");
  EXPECT_EQ(back.parts[0].errors[0].stage, "decode");
  EXPECT_EQ(back.parts[0].errors[0].code, "truncated");
  EXPECT_EQ(back.parts[0].errors[0].message, "it ends \xE2\x82\xAC");
  EXPECT_EQ(back.parts[0].errors[0].size_bytes, 12U);
}

PartSample some_sample() {
  PartSample sample;
  sample.labels = {{"a\xE2\x82\xAC", 2}, {"b", 1}};
  sample.hashed = {{0, 0xFFFFFFFFFFFFFFFF}, {1, 3}, {0, 4}};
  sample.shown.labels = {1, 0};
  sample.shown.images = {{"b/\xFF\n.jpg", 12, -5, ""}, {"a/2.jpg", 1, 2, "etag"}};
  sample.shown.paths = {"/in/b/\\xff.jpg", "/in/a/2.jpg"};
  sample.shown.features = {0.1F, 0.2F, 0.3F, -0.0F, 1e-40F, 6};
  sample.shown.projected = {1, 2, 3, 4};
  sample.shown.width = 3;
  sample.shown.k = 2;
  return sample;
}

TEST(Results, OfProjectionsComeBackWithTheSamples) {
  const std::vector<PartSample> samples = {some_sample(), PartSample(), some_sample()};
  ProjectionResult result;
  for (const PartSample& sample : samples) result.parts.push_back({8 + result.parts.size(), {{"pca/part", 5, "cd"}, sample, {}}});
  const ProjectionResult back = parse_projection_result(to_bytes(result));
  ASSERT_EQ(back.parts.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto& [part, projected] = back.parts[i];
    const auto& [file, sample, csv] = projected;
    EXPECT_EQ(part, 8 + i);
    EXPECT_EQ(file.key, "pca/part");
    EXPECT_EQ(file.size_bytes, 5U);
    ASSERT_EQ(sample.labels.size(), samples[i].labels.size());
    ASSERT_EQ(sample.hashed.size(), samples[i].hashed.size());
    for (std::size_t row = 0; row < sample.hashed.size(); ++row) EXPECT_EQ(sample.hashed[row].hash, samples[i].hashed[row].hash);
    for (std::size_t photo = 0; photo < sample.shown.images.size(); ++photo)
      EXPECT_EQ(sample.shown.images[photo].key, samples[i].shown.images[photo].key);
    EXPECT_EQ(sample.shown.labels, samples[i].shown.labels);
    EXPECT_EQ(sample.shown.paths, samples[i].shown.paths);
    EXPECT_EQ(sample.shown.features, samples[i].shown.features);
    EXPECT_EQ(sample.shown.projected, samples[i].shown.projected);
  }
}

TEST(Results, OfProjectionsThatAreCutOffAreRefused) {
  const std::string bytes = to_bytes(ProjectionResult{{{8, {{"pca/part", 5, "cd"}, some_sample(), {}}}}});
  EXPECT_EQ(thrown_error([&] { parse_projection_result(bytes.substr(0, bytes.size() - 1)); }).code(), ErrorCode::kRunFailed);
}

TEST(Results, ThatAreErrorsAreThrownByWhoWantsAnother) {
  const TaskError error{TaskKind::kMoments, 7, "node-3", ErrorCode::kStorage, "the disk is\nfull \xFF", "make room"};
  const std::string bytes = to_bytes(error);
  const std::optional<TaskError> back = maybe_error(bytes);
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->stage, TaskKind::kMoments);
  EXPECT_EQ(back->part, 7U);
  EXPECT_EQ(back->worker, "node-3");
  const Error thrown = thrown_error([&] { parse_features_result(bytes); });
  EXPECT_EQ(thrown.code(), ErrorCode::kStorage);
  EXPECT_EQ(std::string(thrown.what()).find("part 7 failed on worker node-3: the disk is\nfull "), 0U) << thrown.what();
  EXPECT_EQ(thrown.remedy(), "make room");
  EXPECT_FALSE(maybe_error(to_bytes(ProjectionResult())).has_value());
}

TEST(Results, OfMomentsAreMergedAlongTheTreeOfARunWhateverWasMergedOnTheWay) {
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t number = 0; number < 2100; number += number % 5 == 0 ? 3 : 1) numbers.push_back(number);  // with gaps
  MomentsTree tree(numbers);
  std::vector<MomentsResult> level;
  std::vector<PartFile> files;
  for (const std::uint64_t number : numbers) {
    files.push_back({number, "", ""});
    tree.add(number, moments_of_part(number));
    level.push_back(result_of_part(number));
  }
  const auto expected = to_bytes(std::move(tree).root());
  for (int levels = 0; levels < 4; ++levels) {
    MomentsSum sum(files);
    for (auto result = level.rbegin(); result != level.rend(); ++result) sum.add(*result);
    const Committed root = std::move(sum).take();
    EXPECT_EQ(to_bytes(root.moments), expected) << levels;
    ASSERT_EQ(root.parts.size(), numbers.size());
    for (std::size_t i = 0; i < numbers.size(); ++i) ASSERT_EQ(root.parts[i].number, numbers[i]);

    std::vector<MomentsResult> above;
    for (std::size_t i = 0; i < level.size();) {
      std::optional<MomentsResult> parent;
      const std::uint64_t number = level[i].node / 32;
      for (; i < level.size() && level[i].node / 32 == number; ++i) add_sibling(parent, level[i]);
      above.push_back(*parent);
    }
    level = above;
  }
  EXPECT_EQ(level.size(), 1U);
}

TEST(Results, OfMomentsThatAreNoSiblingsOrOutOfOrderAreNotMerged) {
  for (const auto& [first, second] : {std::pair(31, 32), std::pair(5, 4), std::pair(5, 5)}) {
    std::optional<MomentsResult> parent;
    add_sibling(parent, result_of_part(static_cast<std::uint64_t>(first)));
    EXPECT_EQ(thrown_error([&] { add_sibling(parent, result_of_part(static_cast<std::uint64_t>(second))); }).code(), ErrorCode::kRunFailed);
  }
}

TEST(Results, CountCoresOnEachMachineByItsOwnClock) {
  EXPECT_EQ(cores_at_work({}), 0);
  EXPECT_EQ(cores_at_work({{"a", 0, 1, 1}, {"a", 1, 2, 1}, {"a", 2, 3, 1}}), 1);  // one after the other
  EXPECT_EQ(cores_at_work({{"a", 0, 2, 1}, {"a", 1, 3, 1}, {"a", 2, 3, 1}}), 2);
  EXPECT_EQ(cores_at_work({{"a", 0, 1, 4}, {"b", 50, 51, 4}}), 8);
}

}  // namespace
}  // namespace coulis
