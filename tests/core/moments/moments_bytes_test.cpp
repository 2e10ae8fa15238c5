#include "core/moments/moments_bytes.hpp"

#include <gtest/gtest.h>

#include <span>
#include <vector>

#include "core/base/error.hpp"
#include "tests/core/moments/random_rows.hpp"

namespace coulis {
namespace {

TEST(MomentsBytes, GiveBackTheSameBits) {
  for (const std::size_t columns : {1, 2, 7, 40}) {
    const auto values = random_rows(12, columns, 1);
    const Moments moments = moments_of({values.data(), 12, columns});
    const auto bytes = to_bytes(moments);
    EXPECT_EQ(bytes.size(), 16 + 8 * columns * (columns + 3) / 2);
    const Moments back = parse_moments(bytes);
    EXPECT_EQ(back.count, 12);
    EXPECT_TRUE(same_bits(back, moments));
  }
}

TEST(MomentsBytes, HoldTheMomentsOfNoRows) {
  const Moments back = parse_moments(to_bytes({}));
  EXPECT_EQ(back.count, 0);
  EXPECT_TRUE(back.mean.empty() && back.scatter.empty());
}

TEST(MomentsBytes, OfAnotherSizeAreRefused) {
  const auto values = random_rows(5, 3, 1);
  std::vector<std::byte> bytes = to_bytes(moments_of({values.data(), 5, 3}));
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_THROW(parse_moments(std::span(bytes).first(size)), Error);
  bytes.push_back(std::byte{0});
  EXPECT_THROW(parse_moments(bytes), Error);
  bytes.pop_back();
  bytes[15] = std::byte{0xFF};  // a width of 2^63 and more
  EXPECT_THROW(parse_moments(bytes), Error);
}

}  // namespace
}  // namespace coulis
