// Plans of outputs whose listing has not changed: the first run, a resumed one, a finished one, --fresh.
#include "job/plan/plan.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "job/plan/fingerprint.hpp"
#include "tests/job/plan/planned_output.hpp"

namespace coulis {
namespace {

using Lines = std::vector<std::string>;

PlannedOutput five_images() {
  PlannedOutput output;
  output.add_images({"a", "b", "c", "d", "e"});
  return output;
}

TEST(Plan, CutsTheListingInOrder) {
  const Plan plan = five_images().plan();
  EXPECT_EQ(describe(plan), (Lines{"0:a,b to do", "1:c,d to do", "2:e to do"}));
  EXPECT_EQ(plan.images(), 5U);
  EXPECT_EQ(plan.parts_to_do(), 3U);
  EXPECT_TRUE(plan.stale_files.empty());
  for (const Part& part : plan.parts) EXPECT_EQ(part.reason, "new");
}

TEST(Plan, HoldsAsManyImagesInAPartAsAsked) {
  PlannedOutput output = five_images();
  output.options.images_per_part = 1;
  EXPECT_EQ(output.plan().parts.size(), 5U);
  output.options.images_per_part = 5;
  EXPECT_EQ(describe(output.plan()), Lines{"0:a,b,c,d,e to do"});
  output.options.images_per_part = 65'536;
  EXPECT_EQ(describe(output.plan()), Lines{"0:a,b,c,d,e to do"});
}

// Many parts are hashed in groups, by several threads.
TEST(Plan, IsTheSameForAnyNumberOfThreads) {
  PlannedOutput output;
  for (int i = 0; i < 30'000; ++i) output.images.push_back({fmt::format("{:05}", i), 1 + static_cast<std::uint64_t>(i) % 100, 1});
  for (const std::uint64_t bytes_per_part : {0U, 5'000U}) {
    output.options.bytes_per_part = bytes_per_part;
    output.options.images_per_part = 7;
    output.options.threads = 1;
    const Plan one = output.plan();
    output.options.threads = 3;
    const Plan three = output.plan();
    EXPECT_EQ(describe(one), describe(three));
    ASSERT_EQ(one.parts.size(), three.parts.size());
    EXPECT_EQ(one.images(), 30'000U);
    for (std::size_t i = 0; i < one.parts.size(); ++i) {
      ASSERT_EQ(one.parts[i].fingerprint, fingerprint_of(output.options.settings, one.parts[i].images.read())) << i;
      ASSERT_EQ(one.parts[i].fingerprint, three.parts[i].fingerprint) << i;
    }
  }
}

TEST(Plan, FindsNothingToDoInAFinishedOutput) {
  PlannedOutput output = five_images();
  output.publish();
  const Plan plan = output.plan();
  EXPECT_EQ(describe(plan), (Lines{"0:a,b done", "1:c,d done", "2:e done"}));
  EXPECT_TRUE(plan.stale_files.empty());
  for (const Part& part : plan.parts) EXPECT_EQ(part.reason, "");
}

TEST(Plan, ResumesAroundTheHolesOfAKilledRun) {
  PlannedOutput output = five_images();
  const Plan first = output.plan();
  output.commit(first.parts[0]);
  output.commit(first.parts[2]);
  EXPECT_EQ(describe(output.plan()), (Lines{"0:a,b done", "1:c,d to do", "2:e done"}));
}

TEST(Plan, DoesAgainAPartWhoseFileIsGone) {
  PlannedOutput output = five_images();
  output.publish();
  output.lose(output.plan().parts[1]);
  EXPECT_EQ(describe(output.plan()), (Lines{"0:a,b done", "1:c,d to do", "2:e done"}));
}

TEST(Plan, OpensNoPartFileWhereNamesSayEnough) {
  PlannedOutput output = five_images();
  const Part part = output.plan().parts[1];
  const auto refuse = [](const PartFile&) -> PartRecord { throw std::logic_error("a part file was opened"); };
  const std::vector<PartFile> committed = {{part.number, part.fingerprint, part.file_key("snappy")}};
  EXPECT_EQ(make_plan(output.images, committed, refuse, output.options).parts_to_do(), 2U);
}

TEST(Plan, FreshDoesEverythingAgainAndReplacesTheSameFiles) {
  PlannedOutput output = five_images();
  output.publish();
  output.options.fresh = true;
  const Plan plan = output.plan();
  EXPECT_EQ(plan.parts_to_do(), 3U);
  EXPECT_TRUE(plan.stale_files.empty());
  EXPECT_EQ(plan.parts[0].reason, "--fresh");
}

TEST(Plan, FreshForgetsHowAnEarlierRunWasCut) {
  PlannedOutput output = five_images();
  output.publish();
  output.add_image("aa");
  output.publish();
  output.options.fresh = true;
  const Plan plan = output.plan();
  EXPECT_EQ(describe(plan), (Lines{"0:a,aa to do", "1:b,c to do", "2:d,e to do"}));
  EXPECT_EQ(plan.stale_files.size(), 4U);  // a,b  c,d  e  aa
}

TEST(Plan, OfNothingHasNoParts) {
  PlannedOutput output;
  EXPECT_TRUE(output.plan().parts.empty());
}

}  // namespace
}  // namespace coulis
