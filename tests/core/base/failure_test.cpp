#include "core/base/failure.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "core/base/error.hpp"
#include "core/base/matrix_view.hpp"
#include "core/base/outcome.hpp"

namespace coulis {
namespace {

TEST(Failure, EachCodeHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (int code = 0; code <= static_cast<int>(FailureCode::kWorkerDied); ++code) names.insert(to_string(static_cast<FailureCode>(code)));
  const std::set<std::string_view> expected = {"empty",     "not_an_image", "unsupported", "truncated", "corrupt",
                                               "too_large", "unreadable",   "vanished",    "changed",   "worker_died"};
  EXPECT_EQ(names, expected);
}

TEST(Failure, EachStageHasAName) {
  EXPECT_EQ(to_string(Stage::kRead), "read");
  EXPECT_EQ(to_string(Stage::kDecode), "decode");
}

TEST(Outcome, HoldsAValueThatCanBeMovedOut) {
  Outcome<std::unique_ptr<int>> outcome(std::make_unique<int>(7));
  ASSERT_TRUE(outcome.ok());
  EXPECT_TRUE(static_cast<bool>(outcome));
  const std::unique_ptr<int> value = std::move(outcome.value());
  EXPECT_EQ(*value, 7);
}

TEST(Outcome, HoldsAFailureAndRefusesToGiveAValue) {
  Outcome<int> outcome = Failure{Stage::kRead, FailureCode::kVanished, "the file is gone"};
  EXPECT_FALSE(outcome.ok());
  EXPECT_FALSE(static_cast<bool>(outcome));
  EXPECT_EQ(outcome.failure().code, FailureCode::kVanished);
  EXPECT_EQ(outcome.failure().message, "the file is gone");
  EXPECT_THROW(static_cast<void>(outcome.value()), std::bad_variant_access);
}

TEST(Outcome, KeepsAFailureApartFromAValueOfTheSameType) {
  const Outcome<std::string> value(std::string("empty"));
  const Outcome<std::string> failure(Failure{Stage::kDecode, FailureCode::kEmpty, "empty"});
  EXPECT_TRUE(value.ok());
  EXPECT_FALSE(failure.ok());
}

TEST(Error, CarriesItsCodeMessageAndRemedy) {
  const Error error(ErrorCode::kStorage, "the disk is full", "free some space");
  EXPECT_EQ(error.code(), ErrorCode::kStorage);
  EXPECT_STREQ(error.what(), "the disk is full");
  EXPECT_EQ(error.remedy(), "free some space");
}

TEST(MatrixView, AddressesRowsAndElementsInRowMajorOrder) {
  int values[] = {0, 1, 2, 3, 4, 5};
  const MatrixView<int> matrix{values, 2, 3};
  EXPECT_EQ(matrix(1, 0), 3);
  EXPECT_EQ(matrix.row(1).size(), 3U);
  matrix.row(0)[2] = 9;
  EXPECT_EQ(matrix(0, 2), 9);
}

}  // namespace
}  // namespace coulis
