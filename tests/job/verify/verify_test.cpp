#include "job/verify/verify.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "job/plan/plan.hpp"
#include "tests/job/run/photo_folder.hpp"
#include "tests/job/thrown_error.hpp"

namespace coulis {
namespace {

class Verify : public testing::Test {
 protected:
  Verify() : photos_(4), manifest_(photos_.run_all().manifest), parts_(read_parts(photos_.output(), manifest_)) {}

  Verification verify_output() { return verify(photos_.output(), 2, photos_.progress); }

  // One of the problems holds all of these words.
  void expect_problem(const std::string& key, const std::string& words) {
    const auto problems = verify_output().problems;
    const bool found = std::any_of(problems.begin(), problems.end(), [&](const std::string& problem) {
      return problem.find(key) != std::string::npos && problem.find(words) != std::string::npos;
    });
    EXPECT_TRUE(found) << key << ": " << words << "; found " << problems.size()
                       << ", first: " << (problems.empty() ? "" : problems.front());
  }

  void replace(const std::string& key, const std::string& text) const { photos_.folder.write("output/" + key, text); }
  void rewrite_manifest() {
    put_parts(photos_.output(), parts_, manifest_);
    replace(kManifestKey, to_json(manifest_));
  }

  PhotoFolder photos_;
  Manifest manifest_;
  std::vector<ManifestPart> parts_;
};

TEST_F(Verify, FindsNothingWrongWithAFinishedOutput) {
  const Verification result = verify_output();
  EXPECT_TRUE(result.problems.empty());
  EXPECT_EQ(result.rows, 4U);
  EXPECT_EQ(result.files, 1 + manifest_.files.size() + 3 * parts_.size());
}

TEST_F(Verify, FindsEachFileThatIsMissingOrChanged) {
  std::vector<std::string> keys = {kPartsKey};
  for (const ManifestFile& file : manifest_.files) keys.push_back(file.key);
  for (const ManifestPart& part : parts_) keys.insert(keys.end(), {part.features.key, part.pca.key, part.maybe_thumbnails->key});
  for (const std::string& key : keys) {
    std::string text = to_text(photos_.output().get_or_throw(key));
    photos_.output().remove(key);
    expect_problem(key, "no longer there");
    replace(key, text + "x");
    expect_problem(key, "bytes, the manifest says");
    text[text.size() / 2] ^= 1;
    replace(key, text);
    expect_problem(key, "sha256");
    text[text.size() / 2] ^= 1;
    replace(key, text);
  }
  EXPECT_TRUE(verify_output().problems.empty());
}

TEST_F(Verify, FindsAnOutputThatIsNotFinished) {
  photos_.output().remove(kSuccessKey);
  expect_problem("_SUCCESS", "not finished");
  photos_.output().remove(kManifestKey);
  expect_problem(kManifestKey, "missing");
}

TEST_F(Verify, FindsAPartFileThatTheManifestDoesNotName) {
  const std::string key = "features/" + part_file_name(77, std::string(32, 'a'), "snappy");
  replace(key, "x");
  expect_problem(key, "not in parts.jsonl");
}

TEST_F(Verify, FindsCountsThatDoNotAddUp) {
  ++manifest_.ok;
  rewrite_manifest();
  expect_problem(kManifestKey, "do not add up");
}

TEST_F(Verify, FindsWhatChecksumsCannotSee) {
  ManifestPart& part = parts_[0];
  part.fingerprint[0] = part.fingerprint[0] == '0' ? '1' : '0';
  ++part.ok;
  ++part.failed;
  manifest_.pca.explained_variance_ratio.push_back(0);
  rewrite_manifest();
  expect_problem(part.features.key, "fingerprint");
  expect_problem(part.features.key, "rows, the manifest says");
  expect_problem(part.features.key, "counts differ");
  expect_problem(part.pca.key, "rows of 2 values, expected 3");
}

TEST_F(Verify, FindsValuesThatAreNotFinite) {
  ManifestPart& part = parts_[0];
  RowTable table = read_row_table(photos_.output().get_or_throw(part.features.key), kFeaturesColumn, "part");
  table.values[5] = std::numeric_limits<float>::quiet_NaN();
  const Bytes bytes = write_row_table(table, kFeaturesColumn, Compression::kSnappy);
  photos_.output().put(part.features.key, bytes);
  part.features = describe_file(part.features.key, bytes);
  rewrite_manifest();
  expect_problem(part.features.key, "not finite");
}

TEST_F(Verify, FindsAPartThatIsNoParquetFile) {
  ManifestPart& part = parts_[0];
  replace(part.features.key, "x");
  part.features = describe_file(part.features.key, to_bytes("x"));
  rewrite_manifest();
  expect_problem(part.features.key, "");
}

TEST(VerifyNothing, IsAnErrorOfStorage) {
  const TemporaryFolder folder;
  RecordedProgress progress;
  EXPECT_EQ(thrown_error([&] { verify(Location(folder.path_of("missing")), 1, progress); }).code(), ErrorCode::kStorage);
}

}  // namespace
}  // namespace coulis
