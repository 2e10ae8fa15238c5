#include "job/plan/retry.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace coulis {
namespace {

constexpr const char* kFormats = "jpeg png heif";

struct Case {
  Plan plan;
  std::vector<ManifestPart> earlier;
};

// Three finished parts of one photo each; the last two have failed.
Case three_parts() {
  Case c;
  for (std::uint64_t i = 0; i < 3; ++i) {
    Part part;
    part.number = i;
    part.fingerprint = "f" + std::to_string(i);
    part.images = std::vector<ImageRef>{{"a" + std::to_string(i), 1}};
    part.done = true;
    c.plan.parts.push_back(part);
    c.earlier.push_back({i, part.fingerprint, 1, i == 0 ? 1U : 0U, i == 0 ? 0U : 1U, {"features/" + std::to_string(i), 1, ""}, {}});
  }
  return c;
}

PartRecord record_of(const PartFile& file) {
  return {"", {{"a", 1}}, {{0, "read", file.number == 1 ? "corrupt" : "unreadable", "why"}}, ""};
}

TEST(PlanRetries, TakesThePartsWithPhotosThatCouldNotBeReadAndOpensNoOther) {
  Case c = three_parts();
  std::vector<std::string> opened;
  plan_retries(c.plan, c.earlier, kFormats, [&](const PartFile& file) {
    opened.push_back(file.key);
    return record_of(file);
  });
  EXPECT_EQ(opened, (std::vector<std::string>{"features/1", "features/2"}));
  EXPECT_TRUE(c.plan.parts[0].done);
  EXPECT_TRUE(c.plan.parts[1].done);
  EXPECT_FALSE(c.plan.parts[2].done);
  EXPECT_NE(c.plan.parts[2].reason.find("could not be read"), std::string::npos);
}

TEST(PlanRetries, TakesEachCodeThatSaysNothingOfTheBytesAndNoOther) {
  for (int i = 0; i <= static_cast<int>(FailureCode::kWorkerDied); ++i) {
    const std::string code(to_string(static_cast<FailureCode>(i)));
    Case c = three_parts();
    plan_retries(c.plan, c.earlier, "", [&](const PartFile&) -> PartRecord { return {"", {{"a", 1}}, {{0, "read", code, "why"}}}; });
    EXPECT_EQ(c.plan.parts_to_do(), code == "unreadable" || code == "vanished" || code == "changed" ? 2U : 0U) << code;
  }
}

TEST(PlanRetries, LeavesALinkThatLeadsNowhere) {
  Case c = three_parts();
  plan_retries(c.plan, c.earlier, "", [](const PartFile&) -> PartRecord { return {"", {{"a"}}, {{0, "read", "vanished", "why"}}}; });
  EXPECT_EQ(c.plan.parts_to_do(), 0U);
}

TEST(MayRetry, IfAPhotoCouldNotBeReadOrIsUnsupported) {
  for (int i = 0; i <= static_cast<int>(FailureCode::kWorkerDied); ++i) {
    const std::string code(to_string(static_cast<FailureCode>(i)));
    Manifest earlier;
    earlier.failed_by_code = {{code, 2}};
    EXPECT_EQ(may_retry(earlier), code == "unreadable" || code == "vanished" || code == "changed" || code == "unsupported") << code;
  }
  EXPECT_FALSE(may_retry(Manifest()));
}

// Parts 1 and 2 refused a photo as unsupported; part 2 by a build that read `formats`.
std::vector<bool> done_after(const char* formats) {
  Case c = three_parts();
  plan_retries(c.plan, c.earlier, kFormats, [&](const PartFile& file) -> PartRecord {
    return {"", {{"a", 1}}, {{0, "decode", "unsupported", "why"}}, file.number == 1 ? kFormats : formats};
  });
  return {c.plan.parts[0].done, c.plan.parts[1].done, c.plan.parts[2].done};
}

TEST(PlanRetries, TakesThePartsWithPhotosThatABuildWithFewerFormatsRefused) {
  EXPECT_EQ(done_after("jpeg png"), (std::vector<bool>{true, true, false}));
  EXPECT_EQ(done_after(""), (std::vector<bool>{true, true, false}));  // of before the record had them
  EXPECT_EQ(done_after("jpeg png heifs"), (std::vector<bool>{true, true, false}));
}

TEST(PlanRetries, LeavesThoseOfABuildThatReadAsMany) {
  EXPECT_EQ(done_after("heif png jpeg"), (std::vector<bool>{true, true, true}));
  EXPECT_EQ(done_after("jpeg png heif jxl"), (std::vector<bool>{true, true, true}));
}

}  // namespace
}  // namespace coulis
