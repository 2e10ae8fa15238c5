#include "job/output/manifest.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/job/temporary_folder.hpp"
#include "tests/job/thrown_error.hpp"

namespace coulis {
namespace {

using json = nlohmann::ordered_json;

Manifest example() {
  Manifest m;
  m.coulis_version = "1.2.3";
  m.input = "/photos/größe";
  m.model_name = "net";
  m.model_sha256 = "ab";
  m.precision = "int8";
  m.settings = "a=1\nb=2\n";
  m.listed = 5;
  m.listed_bytes = 1'234'567'890'123;
  m.ok = 2;
  m.failed_by_code = {{"corrupt", 1}, {"empty", 2}};
  m.passed_over.add_file(Reason::kEnding, "notes.txt");
  m.passed_over.add_folder(Reason::kExclude, "private");
  m.listing_hash = "cd";
  m.options = {{"csv-separator", {"tab"}}, {"exclude", {"a", "b\n"}}};
  m.pca = {"variance=0.95", {{"convention", "centred"}}, {0.75, 0.1, 1.0 / 3}};
  m.parts = {100'000, 17, "05", {"parts.jsonl", 1'000'000, "06"}};
  m.files = {{"matrix.csv", 30, "03"}, {"errors.csv", 0, "04"}};
  m.simd = "avx2";
  m.threads = 4;
  m.computed = 3;
  m.share_of_peak = 0.82;
  m.seconds = {{"list", 0.5}, {"features", 1.25}};
  return m;
}

TEST(Manifest, ReadsBackAsItWas) {
  const std::string text = to_json(example());
  const Manifest m = parse_manifest(text, "manifest");
  EXPECT_EQ(to_json(m), text);
  EXPECT_EQ(m.input, "/photos/größe");
  EXPECT_EQ(m.listed_bytes, 1'234'567'890'123U);
  EXPECT_EQ(m.passed_over, example().passed_over);
  EXPECT_EQ(m.failed(), 3U);
  EXPECT_EQ(m.options, example().options);
  EXPECT_EQ(m.pca.explained_variance_ratio, example().pca.explained_variance_ratio);
  EXPECT_EQ(m.parts.count, 100'000U);
  EXPECT_EQ(m.parts.turned, 17U);
  EXPECT_EQ(m.parts.names, "05");
  EXPECT_EQ(m.parts.file.sha256, "06");
  EXPECT_EQ(m.files.at(1).sha256, "04");
  EXPECT_EQ(m.computed, 3U);
  EXPECT_EQ(m.share_of_peak, 0.82);
  EXPECT_EQ(m.seconds, example().seconds);
}

TEST(Manifest, SaysWhatPeopleLookFor) {
  const json root = json::parse(to_json(example()));
  EXPECT_EQ(root.at("counts").at("listed"), 5);
  EXPECT_EQ(root.at("counts").at("failed"), 3);
  EXPECT_EQ(root.at("pca").at("k"), 3);
  EXPECT_EQ(root.at("model").at("sha256"), "ab");
  EXPECT_DOUBLE_EQ(root.at("last_run").at("images_per_second_per_core"), 3 / 1.25 / 4);
}

TEST(Manifest, RefusesTextThatIsNoJson) {
  const std::string text = to_json(example());
  for (const std::string& broken : {std::string(), std::string("{}"), std::string("[]"), std::string("null"), std::string("\xff"),
                                    text.substr(0, text.size() / 2), text + "x"}) {
    const Error error = thrown_error([&] { parse_manifest(broken, "that file"); });
    EXPECT_EQ(error.code(), ErrorCode::kRunFailed);
    EXPECT_NE(std::string(error.what()).find("that file"), std::string::npos);
    EXPECT_FALSE(error.remedy().empty());
  }
}

TEST(Manifest, RefusesAFormatOfAnotherVersion) {
  json root = json::parse(to_json(example()));
  root["format"] = 3;
  const Error error = thrown_error([&] { parse_manifest(root.dump(), "that file"); });
  EXPECT_EQ(error.code(), ErrorCode::kRunFailed);
  EXPECT_NE(error.remedy().find("--fresh"), std::string::npos);
}

// Every field is taken out, then replaced by values of another type: an Error each time, or the value did not matter.
TEST(Manifest, RefusesAFieldThatIsMissingOrOfAnotherType) {
  const json whole = json::parse(to_json(example())).flatten();
  for (const auto& [pointer, value] : whole.items()) {
    const bool counted_only = pointer == "/counts/listed" || pointer == "/counts/failed" || pointer == "/pca/k" ||
                              pointer == "/last_run/images_per_second_per_core";
    if (counted_only || pointer.starts_with("/counts/failed_by_code") || pointer.starts_with("/last_run/seconds")) continue;
    json changed = whole;
    changed[pointer] = nullptr;
    EXPECT_EQ(thrown_error([&] { parse_manifest(changed.unflatten().dump(), "that file"); }).code(), ErrorCode::kRunFailed) << pointer;
    const bool in_a_list = pointer.starts_with("/pca/explained");
    const bool newer = pointer == "/last_run/computed" || pointer == "/last_run/share_of_peak";  // manifests of before do not have it
    const bool of_projection = pointer == "/pca/convention";                                     // any options, as many as the PCA has
    if (in_a_list || newer || of_projection || pointer.starts_with("/options")) continue;
    changed.erase(pointer);
    EXPECT_EQ(thrown_error([&] { parse_manifest(changed.unflatten().dump(), "that file"); }).code(), ErrorCode::kRunFailed) << pointer;
  }
}

TEST(Manifest, RefusesACountThatIsNoNaturalNumber) {
  const json whole = json::parse(to_json(example()));
  for (const char* pointer :
       {"/listing/images", "/listing/bytes", "/listing/passed_over/ending/files", "/counts/ok", "/counts/failed_by_code/corrupt",
        "/last_run/threads", "/parts/count", "/parts/turned", "/parts/bytes", "/files/0/bytes"}) {
    for (const json& value : {json(-1), json(1.5), json(1e300), json("1"), json(true), json::array()}) {
      json changed = whole;
      changed[json::json_pointer(pointer)] = value;
      EXPECT_EQ(thrown_error([&] { parse_manifest(changed.dump(), "that file"); }).code(), ErrorCode::kRunFailed) << pointer << value;
    }
  }
}

TEST(Manifest, RefusesOptionsThatAreNoTexts) {
  json root = json::parse(to_json(example()));
  for (const json& option : {json(1), json(true), json::array({1}), json(nullptr)}) {
    root["options"]["k"] = option;
    EXPECT_EQ(thrown_error([&] { parse_manifest(root.dump(), "that file"); }).code(), ErrorCode::kRunFailed) << option;
  }
}

TEST(SumOfNames, DoesNotDependOnTheirOrderAndTellsThemApart) {
  EXPECT_EQ(sum_of_names({"a", "b"}), sum_of_names({"b", "a"}));
  EXPECT_NE(sum_of_names({"a", "b"}), sum_of_names({"ab"}));
  EXPECT_NE(sum_of_names({"a", "a"}), sum_of_names({"a"}));
}

TEST(ReadManifest, GivesNothingWhereThereIsNone) {
  const TemporaryFolder folder;
  EXPECT_FALSE(read_manifest(folder.location()).has_value());
  folder.write(kManifestKey, to_json(example()));
  EXPECT_EQ(read_manifest(folder.location()).value().listed, 5U);
}

// FIPS 180-4, appendix B and the sum of nothing.
TEST(DescribeFile, TellsNameSizeAndSum) {
  const ManifestFile file = describe_file("a/b", to_bytes("abc"));
  EXPECT_EQ(file.key, "a/b");
  EXPECT_EQ(file.size_bytes, 3U);
  EXPECT_EQ(file.sha256, sha256_of(to_bytes("abc")));
}

}  // namespace
}  // namespace coulis
