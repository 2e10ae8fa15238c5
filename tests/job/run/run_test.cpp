// Whole runs on a few photos. What the command line makes of them is tested with the command.
#include "job/run/run.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/pca/model_file.hpp"
#include "job/run/publish.hpp"
#include "job/storage/lock.hpp"
#include "job/verify/verify.hpp"
#include "tests/job/run/photo_folder.hpp"
#include "tests/job/thrown_error.hpp"

namespace coulis {
namespace {

void expect_sound(PhotoFolder& photos) {
  for (const std::string& problem : verify(photos.output(), 2, photos.progress).problems) ADD_FAILURE() << problem;
}

TEST(Run, ListsAsManyImagesAsItHasRowsAndErrors) {
  PhotoFolder photos(7);
  photos.write("A/bad.jpg", "x");
  const Manifest m = photos.run_all().manifest;
  EXPECT_EQ(m.listed, 8U);
  EXPECT_EQ(m.ok, 7U);
  EXPECT_EQ(m.failed_by_code, (std::map<std::string, std::uint64_t>{{"not_an_image", 1}}));
  EXPECT_TRUE(photos.output().has(kSuccessKey));
  expect_sound(photos);
}

TEST(Run, FindsNothingToDoTheSecondTime) {
  PhotoFolder photos(4);
  EXPECT_EQ(photos.run_all().computed, 4U);
  const Summary again = photos.run_all();
  EXPECT_TRUE(again.up_to_date);
  EXPECT_EQ(again.computed, 0U);
}

TEST(Run, ComputesOnlyWhatWasAdded) {
  PhotoFolder photos(6);
  photos.run_all();
  photos.write("zz/bad.jpg", "x");
  const Summary again = photos.run_all();
  EXPECT_EQ(again.computed, 1U);
  EXPECT_EQ(again.manifest.listed, 7U);
  expect_sound(photos);
}

class CountedReads final : public PartExecutor {
 public:
  Committed read_committed(const Location& input, const Location& output, const std::vector<PartFile>& files, int threads,
                           Progress& progress) override {
    parts_read += files.size();
    return PartExecutor::read_committed(input, output, files, threads, progress);
  }

  std::size_t parts_read = 0;
};

TEST(Run, ReadsPartsForTheirMomentsOnlyIfAnEarlierRunCommittedSome) {
  PhotoFolder photos(7);
  photos.write("A/bad.jpg", "x");
  CountedReads executor;
  const Manifest first = run(photos.options, std::nullopt, photos.interrupted, photos.progress, executor).manifest;
  EXPECT_EQ(executor.parts_read, 0U);
  const Bytes model = photos.output().get_or_throw(kPcaModelKey);
  const Bytes errors = photos.output().get_or_throw(kErrorsKey);

  const std::vector<ManifestPart> parts = read_parts(photos.output(), first);
  photos.output().remove(parts[1].features.key);
  const Summary resumed = run(photos.options, std::nullopt, photos.interrupted, photos.progress, executor);
  EXPECT_EQ(executor.parts_read, 3U);
  EXPECT_EQ(resumed.computed, 3U);
  EXPECT_EQ(photos.output().get_or_throw(kPcaModelKey), model);
  EXPECT_EQ(photos.output().get_or_throw(kErrorsKey), errors);
  EXPECT_EQ(resumed.manifest.parts.file.sha256, first.parts.file.sha256);  // it has the sums of all files of the parts
  expect_sound(photos);
}

// Such a part has no row, and so no width.
TEST(Run, GoesThroughAPartOfWhichEveryImageIsBad) {
  PhotoFolder photos(4);
  for (const char* key : {"0/a.jpg", "0/b.jpg", "0/c.jpg"}) photos.write(key, "x");  // part 0
  const Manifest m = photos.run_all().manifest;
  EXPECT_EQ(read_parts(photos.output(), m).at(0).ok, 0U);
  EXPECT_EQ(m.ok, 4U);
  expect_sound(photos);
}

TEST(Run, FailsWhenNoImageIsLeftAndWritesWhy) {
  PhotoFolder photos(0);
  photos.write("a.jpg", "x");
  EXPECT_EQ(thrown_error([&] { photos.run_all(); }).code(), ErrorCode::kTooManyBad);
  EXPECT_TRUE(photos.output().has("errors.csv"));
  EXPECT_FALSE(photos.output().has(kSuccessKey));
}

TEST(Run, HasNothingToReadInAFolderWithoutImages) {
  PhotoFolder photos(0);
  photos.write("notes.txt", "x");
  EXPECT_EQ(thrown_error([&] { photos.run_all(); }).code(), ErrorCode::kNothingToRead);
}

TEST(Run, IsRefusedWhileAnotherHoldsTheOutput) {
  PhotoFolder photos(2);
  const Lock lock(photos.output());
  EXPECT_EQ(thrown_error([&] { photos.run_all(); }).code(), ErrorCode::kRunFailed);
}

TEST(Run, LeavesForeignFilesInTheOutputAlone) {
  PhotoFolder photos(3);
  const std::string odd = "features/part-00000-0123456789abcdef0123456789abcdef-mine.snappy.parquet";
  photos.folder.write("output/notes.txt", "mine");
  photos.folder.write("output/" + odd, "mine");
  photos.run_all();
  EXPECT_TRUE(photos.output().has("notes.txt"));
  EXPECT_TRUE(photos.output().has(odd));
}

TEST(Run, SaysHowToReplaceADamagedPart) {
  PhotoFolder photos(3);
  const Manifest manifest = photos.run_all().manifest;
  const std::string key = read_parts(photos.output(), manifest).at(0).features.key;
  photos.folder.write("output/" + key, "damaged");
  photos.options.pca.k = 1;
  const Error error = thrown_error([&] { photos.run_all(); });
  EXPECT_NE(std::string(error.what()).find(key), std::string::npos) << error.what();
  EXPECT_NE(error.remedy().find("remove the file"), std::string::npos) << error.remedy();
  photos.output().remove(key);  // as it said
  photos.run_all();
  expect_sound(photos);
}

TEST(Run, ProjectsThroughTheGivenPca) {
  PhotoFolder photos(5);
  photos.run_all();
  const std::string pca = photos.output().path_of(kPcaModelKey);
  photos.options.output = photos.folder.path_of("projected");
  const Summary projected = run(photos.options, pca, photos.interrupted, photos.progress);
  EXPECT_TRUE(projected.manifest.pca.requested.starts_with("given "));
  EXPECT_EQ(photos.output().get_or_throw("matrix.csv"), Location(photos.folder.path_of("output")).get_or_throw("matrix.csv"));
  expect_sound(photos);
}

TEST(Run, WarnsWhenTheImagesHaveFewerComponentsThanAskedFor) {
  PhotoFolder photos(3);
  photos.options.pca.k = 50;
  EXPECT_EQ(photos.run_all().manifest.pca.explained_variance_ratio.size(), 3U);
  const auto& warnings = photos.progress.warnings;
  EXPECT_TRUE(std::any_of(warnings.begin(), warnings.end(),
                          [](const std::string& warning) { return warning.find("k is 3 instead of 50") != std::string::npos; }));
}

TEST(Preview, SaysWhatARunWouldDoWithoutDoingIt) {
  PhotoFolder photos(7);
  const Preview result = preview(photos.options);
  EXPECT_EQ(result.plan.images(), 7U);
  EXPECT_EQ(result.plan.parts_to_do(), 3U);
  EXPECT_FALSE(photos.output().exists());
}

}  // namespace
}  // namespace coulis
