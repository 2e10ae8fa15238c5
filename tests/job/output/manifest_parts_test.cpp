#include "job/output/manifest_parts.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/job/temporary_folder.hpp"
#include "tests/job/thrown_error.hpp"

namespace coulis {
namespace {

using json = nlohmann::ordered_json;

std::vector<ManifestPart> two_parts() {
  ManifestPart one{7, "ef", 5, 2, 3, {"features/a", 10, "01"}, {"pca/a", 20, "02"}};
  ManifestPart other{9, "0f", 9, 9, 0, {"features/b", 30, "03"}, {"pca/b", 40, "04"}, 4, ManifestFile{"thumbnails/b", 50, "05"}};
  one.maybe_csv = {kMatrixKey, 60, "06"};
  other.maybe_csv = {"csv/part-00009.csv", 70, "07"};
  other.sampled = {0, 1, 8};
  return {one, other};
}

TEST(Parts, ReadBackAsTheyWere) {
  const std::string lines = to_lines(two_parts());
  const std::vector<ManifestPart> parts = parse_parts(lines, "parts");
  EXPECT_EQ(to_lines(parts), lines);
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[1].turned, 4U);
  EXPECT_EQ(parts[1].sampled, (std::vector<std::uint32_t>{0, 1, 8}));
  EXPECT_EQ(parts[1].maybe_thumbnails.value().key, "thumbnails/b");
  EXPECT_TRUE(parse_parts("", "parts").empty());
}

TEST(Parts, ALineThatIsNoPartIsRefusedWithItsNumber) {
  const std::string lines = to_lines(two_parts());
  for (const std::string& broken : {lines + "{}", lines + "\n", lines + "\xff", lines + "[", lines + "null"}) {
    const Error error = thrown_error([&] { parse_parts(broken, "that file"); });
    EXPECT_EQ(error.code(), ErrorCode::kRunFailed);
    EXPECT_NE(std::string(error.what()).find("line 3 of that file"), std::string::npos) << error.what();
  }
  EXPECT_EQ(thrown_error([&] { parse_parts(lines.substr(0, lines.size() - 3), "that file"); }).code(), ErrorCode::kRunFailed);
}

TEST(Parts, RefuseAFieldThatIsMissingOrNoNaturalNumber) {
  const json whole = json::parse(to_lines({two_parts()[1]}));
  for (const char* field : {"/number", "/listed", "/ok", "/failed", "/features/bytes", "/pca/bytes", "/turned", "/csv/bytes"}) {
    for (const json& value : {json(-1), json(1.5), json(1e300), json("1"), json(true), json::array(), json(nullptr)}) {
      json changed = whole;
      changed[json::json_pointer(field)] = value;
      EXPECT_EQ(thrown_error([&] { parse_parts(changed.dump(), "that file"); }).code(), ErrorCode::kRunFailed) << field << value;
    }
  }
  for (const char* field : {"number", "fingerprint", "listed", "ok", "failed", "features", "pca"}) {
    json changed = whole;
    changed.erase(field);
    EXPECT_EQ(thrown_error([&] { parse_parts(changed.dump(), "that file"); }).code(), ErrorCode::kRunFailed) << field;
  }
  json changed = whole;
  changed["sampled"] = "9";  // of 9 photos
  EXPECT_EQ(thrown_error([&] { parse_parts(changed.dump(), "that file"); }).code(), ErrorCode::kRunFailed);
}

TEST(PutParts, DescribesThemInTheManifest) {
  const TemporaryFolder folder;
  Manifest manifest;
  put_parts(folder.location(), two_parts(), manifest);
  EXPECT_EQ(manifest.parts.count, 2U);
  EXPECT_EQ(manifest.parts.turned, 4U);
  EXPECT_EQ(manifest.parts.names, sum_of_names({"pca/a", "pca/b", "csv/part-00009.csv"}));
  EXPECT_EQ(to_lines(read_parts(folder.location(), manifest)), to_lines(two_parts()));
}

TEST(FindParts, GivesNothingIfTheFileIsMissingOrAnother) {
  const TemporaryFolder folder;
  Manifest manifest;
  put_parts(folder.location(), two_parts(), manifest);
  folder.write(kPartsKey, to_lines({two_parts()[0]}));
  EXPECT_FALSE(find_parts(folder.location(), manifest).has_value());
  const Error error = thrown_error([&] { read_parts(folder.location(), manifest); });
  EXPECT_EQ(error.code(), ErrorCode::kRunFailed);
  EXPECT_NE(error.remedy().find("coulis run"), std::string::npos);
  folder.location().remove(kPartsKey);
  EXPECT_FALSE(find_parts(folder.location(), manifest).has_value());
}

}  // namespace
}  // namespace coulis
