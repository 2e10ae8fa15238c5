// Plans of outputs whose listing or settings have changed since parts were committed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "job/plan/plan.hpp"
#include "tests/job/plan/planned_output.hpp"

namespace coulis {
namespace {

using Lines = std::vector<std::string>;

PlannedOutput finished_output() {
  PlannedOutput output;
  output.add_images({"a", "b", "c", "d", "e"});
  output.publish();  // 0:a,b  1:c,d  2:e
  return output;
}

TEST(Replan, PutsAddedImagesIntoNewParts) {
  PlannedOutput output = finished_output();
  output.add_images({"aa", "ab", "z"});
  const Plan plan = output.plan();
  EXPECT_EQ(describe(plan), (Lines{"0:a,b done", "1:c,d done", "2:e done", "3:aa,ab to do", "4:z to do"}));
  EXPECT_EQ(plan.parts[3].reason, "new");
  EXPECT_TRUE(plan.stale_files.empty());
}

TEST(Replan, FindsNothingToDoAfterAnIncrement) {
  PlannedOutput output = finished_output();
  output.add_images({"aa", "ab", "z"});
  output.publish();
  EXPECT_EQ(output.plan().parts_to_do(), 0U);
  EXPECT_TRUE(output.plan().stale_files.empty());
}

TEST(Replan, RedoesThePartOfAChangedImageAndNoOther) {
  PlannedOutput output = finished_output();
  const std::string before = output.plan().parts[1].file_key("snappy");
  output.change_image("c");
  const Plan plan = output.plan();
  EXPECT_EQ(describe(plan), (Lines{"0:a,b done", "1:c,d to do", "2:e done"}));
  EXPECT_EQ(plan.parts[1].reason, "1 changed: c");
  EXPECT_EQ(plan.stale_files, std::vector<std::string>{before});
}

TEST(Replan, RedoesThePartOfARemovedImageAndNoOther) {
  PlannedOutput output = finished_output();
  output.remove_image("a");
  const Plan plan = output.plan();
  EXPECT_EQ(describe(plan), (Lines{"0:b to do", "1:c,d done", "2:e done"}));
  EXPECT_EQ(plan.parts[0].reason, "1 removed: a");
  EXPECT_EQ(plan.stale_files.size(), 1U);
}

TEST(Replan, SaysHowManyImagesOfAPartChangedAndWereRemoved) {
  PlannedOutput output;
  output.options.images_per_part = 4;
  output.add_images({"a", "b", "c", "d"});
  output.publish();
  output.change_image("a");
  output.change_image("b");
  output.remove_image("d");
  EXPECT_EQ(output.plan().parts[0].reason, "2 changed: a and 1 more; 1 removed: d");
}

TEST(Replan, NamesAnOddImageInAFormThatCanBePrinted) {
  PlannedOutput output;
  output.add_images({"\xff\n"});
  output.publish();
  output.change_image("\xff\n");
  EXPECT_EQ(output.plan().parts[0].reason, "1 changed: \\xff\\x0a");
}

TEST(Replan, DropsAPartWhoseImagesAreAllGone) {
  PlannedOutput output = finished_output();
  const std::string gone = output.plan().parts[1].file_key("snappy");
  output.remove_image("c");
  output.remove_image("d");
  const Plan plan = output.plan();
  EXPECT_EQ(describe(plan), (Lines{"0:a,b done", "2:e done"}));
  EXPECT_EQ(plan.stale_files, std::vector<std::string>{gone});
}

TEST(Replan, GivesTheNumberOfADroppedPartToANewOne) {
  PlannedOutput output = finished_output();
  output.remove_image("c");
  output.remove_image("d");
  output.publish();
  output.add_images({"f", "g", "h"});
  EXPECT_EQ(describe(output.plan()), (Lines{"0:a,b done", "1:f,g to do", "2:e done", "3:h to do"}));
}

// Two files of one number: the run that replaced the part was killed before it published. The one that is true today stays.
TEST(Replan, PrefersTheCurrentOfTwoFilesOfOneNumber) {
  PlannedOutput output = finished_output();
  const Part old_part = output.plan().parts[1];
  output.change_image("c");
  output.commit(output.plan().parts[1]);
  const Plan plan = output.plan();
  EXPECT_EQ(describe(plan), (Lines{"0:a,b done", "1:c,d done", "2:e done"}));
  EXPECT_EQ(plan.stale_files, std::vector<std::string>{old_part.file_key("snappy")});
}

TEST(Replan, LosesNoImageOfTwoFilesOfOneNumberWithOtherMembers) {
  PlannedOutput output = finished_output();
  output.remove_image("c");
  output.remove_image("d");
  const Plan without = output.plan();  // frees number 1, but is not published
  output.add_images({"f", "g"});
  output.commit(output.plan().parts[1]);
  output.add_images({"c", "d"});  // they are back: the old file 1 is true again as well
  const Plan plan = output.plan();
  EXPECT_EQ(plan.images(), 7U);
  EXPECT_EQ(plan.parts.size(), 4U);
  EXPECT_EQ(plan.parts_to_do(), 1U);
  EXPECT_EQ(plan.stale_files.size(), 1U);
}

TEST(Replan, ResumesAKilledIncrement) {
  PlannedOutput output = finished_output();
  output.change_image("a");
  output.add_images({"f", "g", "h"});
  const Plan increment = output.plan();
  output.commit(increment.parts[3]);  // of 0:a,b  3:f,g  4:h only part 3 was finished
  EXPECT_EQ(describe(output.plan()), (Lines{"0:a,b to do", "1:c,d done", "2:e done", "3:f,g done", "4:h to do"}));
}

TEST(Replan, DoesEverythingAgainWithOtherSettings) {
  PlannedOutput output = finished_output();
  output.options.settings = "model=2\n";
  const Plan plan = output.plan();
  EXPECT_EQ(describe(plan), (Lines{"0:a,b to do", "1:c,d to do", "2:e to do"}));
  EXPECT_EQ(plan.parts[0].reason, "the model or an option changed");
  EXPECT_EQ(plan.stale_files.size(), 3U);
}

TEST(Replan, ResumesAKilledRunWithOtherSettings) {
  PlannedOutput output = finished_output();
  output.options.settings = "model=2\n";
  output.commit(output.plan().parts[0]);
  const Plan plan = output.plan();
  EXPECT_EQ(describe(plan), (Lines{"0:a,b done", "1:c,d to do", "2:e to do"}));
  EXPECT_EQ(plan.stale_files.size(), 3U);
}

TEST(Replan, ListsEachImageOnceWhateverHappens) {
  PlannedOutput output;
  output.options.images_per_part = 3;
  for (int step = 0; step < 40; ++step) {
    const std::string key = "image-" + std::to_string(step * 7 % 20);
    output.remove_image(key);
    if (step % 3 != 0) output.add_image(key, 1, step);
    if (step % 5 == 0) output.change_image("image-1");
    const Plan plan = output.plan();
    std::set<std::string> keys;
    std::set<std::uint64_t> numbers;
    for (const Part& part : plan.parts) {
      EXPECT_TRUE(numbers.insert(part.number).second);
      EXPECT_FALSE(part.images.empty());
      part.images.for_each([&](const ImageRef& image) { EXPECT_TRUE(keys.insert(image.key).second); });
    }
    EXPECT_EQ(keys.size(), output.images.size());
    if (step % 2 == 0) {
      output.publish(plan);
    } else if (!plan.parts.empty()) {
      output.commit(plan.parts.back());  // killed after one part
    }
  }
}

TEST(Replan, IsTheSameWhereTheImagesDoNotFitInMemory) {
  PlannedOutput output;
  output.options.images_per_part = 700;
  const auto add = [&](int begin, int end, int step) {
    for (int i = begin; i < end; i += step) output.images.push_back({"image-" + std::to_string(100'000 + i), 1, 1});
    std::sort(output.images.begin(), output.images.end(), [](const ImageRef& a, const ImageRef& b) { return a.key < b.key; });
  };
  const auto expect_same_plans = [&] {
    PlannedOutput small = output;
    small.options.images_in_memory = kImagesPerBlock;
    const Plan expected = output.plan();
    const Plan plan = small.plan();
    EXPECT_EQ(describe(plan), describe(expected));
    EXPECT_EQ(plan.stale_files, expected.stale_files);
    for (std::size_t i = 0; i < expected.parts.size(); ++i) {
      EXPECT_EQ(plan.parts[i].reason, expected.parts[i].reason);
      EXPECT_EQ(plan.parts[i].fingerprint, expected.parts[i].fingerprint);
    }
    return expected;
  };
  add(0, 9'000, 3);
  expect_same_plans();
  output.publish();
  expect_same_plans();
  add(1, 9'000, 3);  // between the earlier ones
  output.publish(expect_same_plans());
  add(9'001, 12'000, 1);
  for (const char* key : {"image-100000", "image-100004", "image-103000"}) output.change_image(key);
  for (const char* key : {"image-100003", "image-104002", "image-108998"}) output.remove_image(key);
  const Plan plan = expect_same_plans();
  EXPECT_EQ(plan.parts[0].reason, "1 changed: image-100000; 1 removed: image-100003");
  output.commit(plan.parts[0]);
  output.commit(plan.parts.back());
  expect_same_plans();
  output.options.settings = "model=2\n";
  const Plan again = expect_same_plans();
  EXPECT_EQ(again.parts_to_do(), again.parts.size());
}

}  // namespace
}  // namespace coulis
