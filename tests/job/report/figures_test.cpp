#include "job/report/figures.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <vector>

namespace coulis {
namespace {

TEST(Figures, ForgetLabelsWithoutAPhotoInTheSampleWhereThereAreThousands) {
  Figures figures;
  for (int i = 0; i < 3000; ++i) figures.labels.push_back({fmt::format("{}", i), 2});
  figures.photo_labels = {2999, 5, 2999};
  forget_unseen_labels(figures);
  ASSERT_EQ(figures.labels.size(), 2U);
  EXPECT_EQ(figures.labels[0].name, "5");
  EXPECT_EQ(figures.photo_labels, (std::vector<std::uint32_t>{1, 0, 1}));
  EXPECT_EQ(figures.more_labels, 2998U);
  EXPECT_EQ(figures.photos_of_more_labels, 5996U);
}

TEST(Figures, KeepEveryLabelWhereThereAreFew) {
  Figures figures;
  figures.labels = {{"a", 1}, {"b", 1}};
  figures.photo_labels = {1};
  forget_unseen_labels(figures);
  EXPECT_EQ(figures.labels.size(), 2U);
  EXPECT_EQ(figures.more_labels, 0U);
}

TEST(Figures, ShowAPhotoLargeOnceThoughSeveralSectionsShowIt) {
  Figures figures;
  figures.paths.resize(1000);
  figures.twins = {{7, 9, 0}};
  figures.confused = {{0, 1, 1, 2, {{7, 8, 1}}}};
  figures.outliers = {{9, 3}, {4, 2}};
  EXPECT_EQ(photos_shown_large(figures), (std::vector<std::uint32_t>{7, 9, 8, 4}));
}

}  // namespace
}  // namespace coulis
