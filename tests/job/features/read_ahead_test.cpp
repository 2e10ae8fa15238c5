#include "job/features/read_ahead.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "tests/job/temporary_folder.hpp"

namespace coulis {
namespace {

Part part_of(std::vector<ImageRef> images) {
  Part part;
  part.images = std::move(images);
  return part;
}

TEST(ReadAhead, GivesEachPhotoOfAFolder) {
  const TemporaryFolder folder;
  folder.write("a", "first");
  folder.write("b", "second");
  const Part one = part_of({{"a", 5}});
  const Part other = part_of({{"b", 6}, {"missing", 1}});
  const std::vector<const Part*> parts = {&one, &other};
  const Location input = folder.location();
  const std::atomic<bool> interrupted = false;
  ReadAhead photos(parts, input, 2, interrupted);
  ASSERT_EQ(photos.threads(), 1);
  std::jthread thread([&] { photos.run(); });
  EXPECT_EQ(to_text(photos.take(0, one.images.at(0)).value()), "first");
  EXPECT_EQ(to_text(photos.take(1, other.images.at(0)).value()), "second");
  EXPECT_EQ(photos.take(2, other.images.at(1)).failure().code, FailureCode::kVanished);
}

TEST(ReadAhead, DoesNotReadAPhotoThatIsGivenUp) {
  const TemporaryFolder folder;
  folder.write("a", "first");
  folder.write("b", "second");
  const Part part = part_of({{"a", 5}, {"b", 6}});
  const std::vector<const Part*> parts = {&part};
  const std::map<std::string, Failure> given_up = {{"a", {Stage::kDecode, FailureCode::kWorkerDied, "twice"}}};
  const Location input = folder.location();
  const std::atomic<bool> interrupted = false;
  ReadAhead photos(parts, input, 1, interrupted, ReadAhead::Sizes::kListed, given_up);
  std::jthread thread([&] { photos.run(); });
  EXPECT_EQ(photos.take(0, part.images.at(0)).failure().message, "twice");
  EXPECT_EQ(to_text(photos.take(1, part.images.at(1)).value()), "second");
}

TEST(ReadAhead, EndsItsThreadWhenItIsStopped) {
  const TemporaryFolder folder;
  std::vector<ImageRef> images;
  images.reserve(1000);
  for (int i = 0; i < 1000; ++i) images.push_back({std::to_string(i), 1});
  const Part part = part_of(images);
  const std::vector<const Part*> parts = {&part};
  const Location input = folder.location();
  const std::atomic<bool> interrupted = false;
  ReadAhead photos(parts, input, 2, interrupted);
  std::jthread thread([&] { photos.run(); });
  photos.stop();
  thread.join();
}

}  // namespace
}  // namespace coulis
