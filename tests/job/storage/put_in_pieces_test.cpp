#include "job/storage/put_in_pieces.hpp"

#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <functional>
#include <set>
#include <string>

#include "tests/job/temporary_folder.hpp"
#include "tests/job/thrown_error.hpp"

namespace coulis {
namespace {

constexpr const char* kKey = "matrix.csv";

// 30 MB in pieces of 8 MiB: three, and a rest.
Bytes content() {
  Bytes bytes(30'000'000);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>((i * 2'654'435'761U) >> 13);
  return bytes;
}

std::deque<std::function<void()>> take_all(PutInPieces& object, const Bytes& bytes) {
  std::deque<std::function<void()>> left;
  for (std::size_t at = 0; at < bytes.size(); at += 1'000'000) {
    if (auto work = object.take(std::string(reinterpret_cast<const char*>(bytes.data()) + at, 1'000'000))) left.push_back(std::move(work));
  }
  return left;
}

std::size_t files_in(const std::string& folder) {
  const std::filesystem::directory_iterator items(folder);
  return static_cast<std::size_t>(std::distance(begin(items), end(items)));
}

TEST(PutInPieces, IsWholeAfterPiecesInAnyOrderAndNotThereBefore) {
  const TemporaryFolder folder;
  const Bytes bytes = content();
  PutInPieces object(folder.location(), kKey);
  auto left = take_all(object, bytes);
  EXPECT_EQ(left.size(), 3U);
  for (; !left.empty(); left.pop_back()) left.back()();
  EXPECT_FALSE(folder.location().has(kKey));
  EXPECT_EQ(object.size_bytes(), bytes.size());
  object.commit();
  EXPECT_TRUE(folder.location().get_or_throw(kKey) == bytes);
  EXPECT_EQ(files_in(folder.path()), 1U);
}

TEST(PutInPieces, OfAFewBytesAreOnePut) {
  const TemporaryFolder folder;
  PutInPieces object(folder.location(), kKey);
  EXPECT_FALSE(object.take("a,b\r\n"));
  EXPECT_EQ(object.size_bytes(), 5U);
  object.commit();
  EXPECT_EQ(to_text(folder.location().get_or_throw(kKey)), "a,b\r\n");
  PutInPieces(folder.location(), "empty").commit();
  EXPECT_EQ(folder.location().get_or_throw("empty").size(), 0U);
}

TEST(PutInPieces, LeavesNothingIfItIsDropped) {
  const TemporaryFolder folder;
  folder.write(kKey, "before");
  {
    PutInPieces object(folder.location(), kKey);
    take_all(object, content()).front()();
    EXPECT_EQ(files_in(folder.path()), 2U);
  }
  EXPECT_EQ(to_text(folder.location().get_or_throw(kKey)), "before");
  EXPECT_EQ(files_in(folder.path()), 1U);
}

TEST(PutInPieces, OfAKilledRunAreRemovedByTheNext) {
  const TemporaryFolder folder;
  PutInPieces object(folder.location(), kKey);
  auto left = take_all(object, content());
  left.front()();
  const std::array<std::string_view, 1> beginnings = {kKey};
  folder.location().remove_leftovers(beginnings);
  EXPECT_EQ(files_in(folder.path()), 0U);
  EXPECT_EQ(thrown_error([&] { left.back()(); }).code(), ErrorCode::kStorage);  // a task that lives on must not make half a file
  EXPECT_EQ(files_in(folder.path()), 0U);
}

TEST(PutInPieces, AreTheSameIfOneIsPutTwice) {
  const TemporaryFolder folder;
  const Location location = folder.location();
  const std::string ticket = location.begin_pieces(kKey);
  const Bytes end = to_bytes("cd"), begin = to_bytes("ab");
  location.put_piece(kKey, ticket, {1, 2, end});
  location.put_piece(kKey, ticket, {0, 0, begin});
  location.put_piece(kKey, ticket, {1, 2, end});
  location.finish_pieces(kKey, ticket, {"", ""});
  EXPECT_EQ(to_text(location.get_or_throw(kKey)), "abcd");
  location.drop_pieces(kKey, ticket);
  EXPECT_TRUE(location.has(kKey));
}

TEST(PutInPieces, GrowSoThatABucketTakesThemAll) {
  const StoreTraits traits{.piece_bytes = std::uint64_t{8} << 20};
  std::uint64_t bytes = 0;
  for (std::uint64_t number = 0; number < 10'000; ++number) bytes += least_piece_bytes(traits, number);
  EXPECT_GT(bytes, 500'000'000'000U);
}

}  // namespace
}  // namespace coulis
