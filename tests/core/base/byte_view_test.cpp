#include "core/base/byte_view.hpp"

#include <gtest/gtest.h>

#include <array>

namespace coulis {
namespace {

constexpr std::array kBytes = {std::byte{1}, std::byte{2},   std::byte{3}, std::byte{4}, std::byte{5},
                               std::byte{6}, std::byte{'T'}, std::byte{8}, std::byte{9}};

TEST(ByteView, ReadsEitherByteOrder) {
  const ByteView little{kBytes};
  const ByteView big{kBytes, true};
  EXPECT_EQ(little.u16(1), 0x0302U);
  EXPECT_EQ(big.u16(1), 0x0203U);
  EXPECT_EQ(little.u32(0), 0x04030201U);
  EXPECT_EQ(big.u32(0), 0x01020304U);
  EXPECT_EQ(little.u64(0), 0x0854060504030201U);
  EXPECT_EQ(big.u64(0), 0x0102030405065408U);
}

TEST(ByteView, WhatGoesPastTheEndIsZero) {
  const ByteView view{kBytes};
  EXPECT_EQ(view.u8(9), 0U);
  EXPECT_EQ(view.u16(8), 0U);
  EXPECT_EQ(view.u32(6), 0U);
  EXPECT_EQ(view.u64(2), 0U);
  EXPECT_EQ(view.u64(UINT64_MAX), 0U);
}

TEST(ByteView, PartsEndWithTheBytes) {
  const ByteView view{kBytes};
  EXPECT_EQ(view.from(7).size(), 2U);
  EXPECT_EQ(view.from(7, 1).size(), 1U);
  EXPECT_EQ(view.from(7, 99).size(), 2U);
  EXPECT_EQ(view.from(99).size(), 0U);
  EXPECT_EQ(view.text(6, 1), "T");
  EXPECT_TRUE(view.has_text(6, "T"));
  EXPECT_FALSE(view.has_text(8, "\x09T"));
  EXPECT_TRUE(ByteView(kBytes, true).from(1).big_endian);
}

}  // namespace
}  // namespace coulis
