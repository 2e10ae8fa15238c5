// Objects larger than one request, on a real server: tests/storage/test_large_objects.py names it in COULIS_TEST_LOCATION.
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "job/storage/location.hpp"
#include "job/storage/put_in_pieces.hpp"
#include "job/storage/s3/profile.hpp"
#include "tests/job/thrown_error.hpp"

namespace coulis {
namespace {

constexpr const char* kKey = "matrix.csv";

class LargeObject : public testing::Test {
 protected:
  void SetUp() override {
    if (s3::environment("COULIS_TEST_LOCATION").empty()) GTEST_SKIP() << "no server is named in COULIS_TEST_LOCATION";
  }
  static Location location() { return Location(s3::environment("COULIS_TEST_LOCATION")); }

  // 70 MB: two parts and a piece
  static Bytes content() {
    Bytes bytes(70'000'000);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>((i * 2'654'435'761U) >> 13);
    return bytes;
  }
};

TEST_F(LargeObject, IsNotThereBeforeItIsWhole) {
  const Bytes bytes = content();
  PutStream stream(location(), kKey);
  for (std::size_t at = 0; at < bytes.size(); at += 1'000'000) stream.write(std::span(bytes).subspan(at, 1'000'000));
  EXPECT_FALSE(location().has(kKey));
  stream.commit();
  EXPECT_TRUE(location().get_or_throw(kKey) == bytes);
  location().remove(kKey);
}

TEST_F(LargeObject, IsNeverThereIfItIsDropped) {
  {
    PutStream stream(location(), kKey);
    stream.write(content());
  }
  EXPECT_FALSE(location().has(kKey));
}

TEST_F(LargeObject, IsWholeAfterPiecesInAnyOrder) {
  const Bytes bytes = content();
  PutInPieces object(location(), kKey);
  std::vector<std::function<void()>> left;
  for (std::size_t at = 0; at < bytes.size(); at += 7'000'000) {
    if (auto work = object.take(std::string(reinterpret_cast<const char*>(bytes.data()) + at, 7'000'000))) left.push_back(std::move(work));
  }
  EXPECT_EQ(left.size(), 5U);
  for (; !left.empty(); left.pop_back()) left.back()();
  EXPECT_FALSE(location().has(kKey));
  object.commit();
  EXPECT_TRUE(location().get_or_throw(kKey) == bytes);
  location().remove(kKey);
}

TEST_F(LargeObject, IsNeverThereIfItsPiecesAreDropped) {
  const std::string ticket = location().begin_pieces(kKey);
  location().put_piece(kKey, ticket, {0, 0, content()});
  location().drop_pieces(kKey, ticket);
  EXPECT_FALSE(location().has(kKey));
}

TEST_F(LargeObject, IsSweptAwayWhenItsRunWasKilled) {
  PutStream of_a_killed_run(location(), kKey);
  of_a_killed_run.write(content());
  const std::array<std::string_view, 1> beginnings = {kKey};
  location().remove_leftovers(beginnings);
  EXPECT_EQ(thrown_error([&] { of_a_killed_run.commit(); }).code(), ErrorCode::kStorage);
  EXPECT_FALSE(location().has(kKey));
}

}  // namespace
}  // namespace coulis
