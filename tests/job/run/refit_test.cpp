#include <gtest/gtest.h>

#include <string>

#include "job/run/run.hpp"
#include "job/verify/verify.hpp"
#include "tests/job/run/photo_folder.hpp"
#include "tests/job/thrown_error.hpp"

namespace coulis {
namespace {

Summary refit_with(PhotoFolder& photos, const OptionTexts& given) {
  return refit(photos.output(), given, photos.progress);
}

TEST(Refit, GivesWhatARunWithThoseOptionsGives) {
  PhotoFolder photos(6);
  photos.write("bad.jpg", "x");
  photos.run_all();
  const Manifest m = refit_with(photos, {{"k", {"3"}}}).manifest;
  EXPECT_EQ(m.pca.explained_variance_ratio.size(), 3U);
  EXPECT_EQ(m.listed, 7U);
  EXPECT_TRUE(verify(photos.output(), 2, photos.progress).problems.empty());
  const Bytes refitted = photos.output().get_or_throw("matrix.csv");
  const Bytes errors = photos.output().get_or_throw("errors.csv");
  photos.options.output = photos.folder.path_of("other");
  photos.options.pca.k = 3;
  photos.run_all();
  EXPECT_EQ(to_text(photos.output().get_or_throw("matrix.csv")), to_text(refitted));
  EXPECT_EQ(to_text(photos.output().get_or_throw("errors.csv")), to_text(errors));
}

TEST(Refit, StartsFromTheOptionsOfTheRun) {
  PhotoFolder photos(6);
  photos.options.csv.separator = CsvSeparator::kTab;
  photos.options.report.no_thumbnails = true;
  photos.options.features.compression = Compression::kZstd;
  photos.run_all();
  const Manifest m = refit_with(photos, {{"k", {"2"}}}).manifest;
  RunOptions options;
  set_options(m.options, options);
  EXPECT_EQ(options.csv.separator, CsvSeparator::kTab);
  EXPECT_TRUE(options.report.no_thumbnails);
  EXPECT_TRUE(read_parts(photos.output(), m).at(0).pca.key.ends_with(".zstd.parquet"));
  EXPECT_EQ(to_text(photos.output().get_or_throw("matrix.csv")).substr(0, 11), "path\tlabel\t");
}

TEST(Refit, RefusesAnOutputThatIsMissingOrNotFinished) {
  PhotoFolder photos(3);
  EXPECT_EQ(thrown_error([&] { refit_with(photos, {}); }).code(), ErrorCode::kStorage);
  EXPECT_FALSE(photos.output().exists());
  photos.run_all();
  photos.output().remove(kManifestKey);
  EXPECT_EQ(thrown_error([&] { refit_with(photos, {}); }).code(), ErrorCode::kRunFailed);
}

// The manifest is of the run before: a refit would drop the parts that the killed run has committed.
TEST(Refit, RefusesAnOutputWhoseLastRunWasKilled) {
  PhotoFolder photos(3);
  photos.run_all();
  photos.output().remove(kSuccessKey);
  const Error error = thrown_error([&] { refit_with(photos, {{"k", {"1"}}}); });
  EXPECT_EQ(error.code(), ErrorCode::kRunFailed);
  EXPECT_NE(error.remedy().find("coulis run"), std::string::npos);
}

}  // namespace
}  // namespace coulis
