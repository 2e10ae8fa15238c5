#include "core/base/lower_case.hpp"

#include <gtest/gtest.h>

namespace coulis {
namespace {

TEST(LowerCase, EndingsOfEitherCaseAreTheSame) {
  EXPECT_TRUE(ends_like("a.Tar.GZ", ".tar.gz"));
  EXPECT_TRUE(ends_like("x/.zip", ".zip"));
  EXPECT_FALSE(ends_like(".zip", ".zip"));
  EXPECT_FALSE(ends_like("zip", ".zip"));
  EXPECT_FALSE(ends_like("", ".zip"));
}

TEST(LowerCase, TheEndingIsOfTheFileAndNotOfItsFolder) {
  EXPECT_EQ(lower_ending("a/1.JPG"), "jpg");
  EXPECT_EQ(lower_ending("a.b/1"), "");
  EXPECT_EQ(lower_ending("a.b/1.tar.Gz"), "gz");
  EXPECT_EQ(lower_ending("a/.jpg"), "jpg");
  EXPECT_EQ(lower_ending("1."), "");
  EXPECT_EQ(lower_ending(""), "");
}

TEST(LowerCase, OtherBytesStay) {
  EXPECT_EQ(lower_case(std::string("ÄZ@[`{\xFF")), "Äz@[`{\xFF");
}

}  // namespace
}  // namespace coulis
