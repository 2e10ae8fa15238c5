#include "job/features/featurize.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>

#include "core/resample/resample.hpp"
#include "tests/job/run/photo_folder.hpp"
#include "tests/job/thrown_error.hpp"

namespace coulis {
namespace {

const Model& builtin_model() {
  static const Model model = load_model("");
  return model;
}

const NetworkFactory& networks() {
  static const auto factory = make_network_factory(builtin_model(), Precision::kFp32);
  return *factory;
}

// A plan of the whole input, and what featurize() is told.
struct Work {
  explicit Work(PhotoFolder& from) : photos(from), listing(list_images(input, {})) {
    plan = make_plan(listing.images, {}, [](const PartFile&) { return PartRecord{}; },
                     {"s=1\n", photos.options.features.images_per_part, "snappy", false});
  }
  FeaturizeContext context() const {
    return {input,
            output,
            builtin_model(),
            networks(),
            labels,
            photos.options.decode,
            photos.options.features,
            photos.options.threads,
            "s=1\n",
            listing.images.size(),
            true,
            photos.interrupted};
  }
  StageSeconds run() { return featurize(plan, context(), photos.progress); }
  std::map<std::string, Bytes> part_files() const {
    std::map<std::string, Bytes> files;
    for (const PartFile& file : list_part_files(output, "features")) files[file.key] = output.get_or_throw(file.key);
    return files;
  }

  PhotoFolder& photos;
  Location input = photos.input();
  Location output = photos.output();
  LabelRule labels{{}};
  Listing listing;
  Plan plan;
};

TEST(Featurize, CommitsEveryPartOfFortyPhotosOnSeveralThreads) {
  PhotoFolder photos(40);
  photos.options.threads = 4;
  Work work(photos);
  const StageSeconds seconds = work.run();
  EXPECT_GT(seconds.photo.network, 0);
  EXPECT_EQ(photos.progress.done["features"], 40U);
  const auto files = work.part_files();
  ASSERT_EQ(files.size(), 14U);
  std::size_t image = 0;
  for (const auto& [key, bytes] : files) {
    const RowTable table = read_row_table(bytes, kFeaturesColumn, key);
    EXPECT_EQ(table.width, 1280U);
    EXPECT_EQ(parse_part_record(table.metadata, key).images.size(), table.rows());
    for (const std::string& path : table.paths) EXPECT_EQ(path, work.input.path_of(work.listing.images.at(image++).key));
    for (const float value : table.values) EXPECT_TRUE(std::isfinite(value));
  }
  EXPECT_EQ(image, 40U);
}

TEST(Featurize, WritesTheSameBytesWhateverTheThreads) {
  PhotoFolder photos(9);
  photos.options.threads = 1;
  Work alone(photos);
  alone.run();
  photos.options.output = photos.folder.path_of("other");
  photos.options.threads = 5;
  Work together(photos);
  together.run();
  EXPECT_EQ(alone.part_files(), together.part_files());
}

TEST(Featurize, GivesTheRowThatTheStagesGiveOneByOne) {
  PhotoFolder photos(2);
  Work work(photos);
  work.run();
  const auto files = work.part_files();
  const RowTable table = read_row_table(files.begin()->second, kFeaturesColumn, "part");
  const ModelCard& card = builtin_model().card;
  for (std::size_t i = 0; i < 2; ++i) {
    const Outcome<Image> image = decode(work.input.get_or_throw(work.listing.images.at(i).key));
    const Image small = resample(image.value().view(), card.preprocessing.resize);
    std::vector<float> row(1280);
    networks().make()->features(small.view(), row);
    const auto actual = table.matrix().row(i);
    EXPECT_TRUE(std::equal(row.begin(), row.end(), actual.begin())) << table.paths[i];
  }
}

TEST(Featurize, RecordsEachBadImageInItsPart) {
  PhotoFolder photos(4);
  photos.write("Apricot/bad.jpg", "this is no photo");
  photos.write("Apricot/empty.jpg", "");
  std::filesystem::create_symlink("nowhere", photos.folder.path_of("input/broken.jpg"));
  photos.options.features.images_per_part = 100;
  Work work(photos);
  work.run();
  const RowTable table = read_row_table(work.part_files().begin()->second, kFeaturesColumn, "part");
  const PartRecord record = parse_part_record(table.metadata, "part");
  EXPECT_EQ(table.rows(), 4U);
  EXPECT_EQ(record.images.size(), 7U);
  std::map<std::string, std::string> code_by_key;
  for (const FailedImage& failure : record.failures) code_by_key[record.images[failure.index].key] = failure.code;
  EXPECT_EQ(code_by_key, (std::map<std::string, std::string>{
                             {"Apricot/bad.jpg", "not_an_image"}, {"Apricot/empty.jpg", "empty"}, {"broken.jpg", "vanished"}}));
  EXPECT_EQ(photos.progress.failed, 3U);
}

TEST(Featurize, SaysThatAPhotoHasChangedSinceItWasListed) {
  PhotoFolder photos(1);
  Work work(photos);
  photos.write(work.listing.images.at(0).key, "shorter");
  work.run();
  const RowTable table = read_row_table(work.part_files().begin()->second, kFeaturesColumn, "part");
  EXPECT_EQ(table.rows(), 0U);
  EXPECT_EQ(parse_part_record(table.metadata, "part").failures.at(0).code, "changed");
}

TEST(Featurize, WritesAPhotoThatIsGivenUpAsABadOne) {
  PhotoFolder photos(3);
  Work work(photos);
  const std::string key = work.listing.images.at(1).key;
  FeaturizeContext context = work.context();
  context.given_up[key] = {Stage::kDecode, FailureCode::kWorkerDied, "its process died twice"};
  featurize(work.plan, context, photos.progress);
  const RowTable table = read_row_table(work.part_files().begin()->second, kFeaturesColumn, "part");
  EXPECT_EQ(table.rows(), 2U);
  const PartRecord record = parse_part_record(table.metadata, "part");
  ASSERT_EQ(record.failures.size(), 1U);
  EXPECT_EQ(record.images[record.failures[0].index].key, key);
  EXPECT_EQ(record.failures[0].code, "worker_died");
  EXPECT_EQ(record.failures[0].message, "its process died twice");
}

TEST(TryImages, SaysAfterEachImageThatItIsDoneAndCommitsNothing) {
  PhotoFolder photos(3);
  Work work(photos);
  photos.write(work.listing.images.at(2).key, "no photo");
  int tried = 0;
  try_images(work.plan.parts[0], 0, work.context(), [&] { ++tried; });
  EXPECT_EQ(tried, 3);
  try_images(work.plan.parts[0], 2, work.context(), [&] { ++tried; });
  EXPECT_EQ(tried, 4);
  EXPECT_TRUE(work.part_files().empty());
}

TEST(Featurize, DoesOnlyThePartsToDo) {
  PhotoFolder photos(6);
  Work work(photos);
  work.plan.parts[0].done = true;
  work.run();
  EXPECT_EQ(photos.progress.totals["features"], 3U);
  ASSERT_EQ(work.part_files().size(), 1U);
  EXPECT_EQ(work.part_files().begin()->first, work.plan.parts[1].file_key("snappy"));
}

TEST(Featurize, EndsAtTheFirstBadImageIfAsked) {
  PhotoFolder photos(3);
  photos.write("A/bad.jpg", "x");
  photos.options.features.on_bad = OnBad::kFail;
  Work work(photos);
  const Error error = thrown_error([&] { work.run(); });
  EXPECT_EQ(error.code(), ErrorCode::kTooManyBad);
  EXPECT_NE(std::string(error.what()).find("A/bad.jpg"), std::string::npos) << error.what();
}

TEST(Featurize, AllowsTheShareOfBadImagesAskedForAndNotOneMore) {
  PhotoFolder photos(1);
  for (int i = 0; i < 25; ++i) photos.write("bad/" + std::to_string(i) + ".jpg", "x");
  photos.options.features.max_bad = 0.25;
  Work work(photos);
  FeaturizeContext context = work.context();
  context.listed = 100;
  EXPECT_NO_THROW(featurize(work.plan, context, photos.progress));
  context.listed = 99;  // 24.75
  EXPECT_EQ(thrown_error([&] { featurize(work.plan, context, photos.progress); }).code(), ErrorCode::kTooManyBad);
}

TEST(Featurize, FinishesThePartsBegunWhenInterrupted) {
  PhotoFolder photos(12);
  photos.options.threads = 2;
  photos.interrupted = true;  // seen after the first image
  Work work(photos);
  EXPECT_EQ(thrown_error([&] { work.run(); }).code(), ErrorCode::kInterrupted);
  const auto files = work.part_files();
  EXPECT_GE(files.size(), 1U);
  EXPECT_LT(files.size(), 4U);
  for (const auto& [key, bytes] : files) EXPECT_EQ(read_row_table(bytes, kFeaturesColumn, key).rows(), 3U);
}

TEST(Featurize, EndsWhenAPartCannotBeWritten) {
  PhotoFolder photos(6);
  photos.folder.write("output", "a file where the folder should be");
  Work work(photos);
  EXPECT_EQ(thrown_error([&] { work.run(); }).code(), ErrorCode::kStorage);
}

}  // namespace
}  // namespace coulis
