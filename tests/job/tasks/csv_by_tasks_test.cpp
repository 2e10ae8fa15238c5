#include "job/tasks/csv_by_tasks.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace coulis {
namespace {

constexpr StoreTraits kTraits{.piece_bytes = 1000};

std::vector<ManifestPart> parts_with(const std::vector<std::uint64_t>& bytes) {
  std::vector<ManifestPart> parts;
  for (const std::uint64_t size : bytes) {
    ManifestPart part;
    part.number = 3 * parts.size();  // some numbers are free
    part.pca.key = "pca/" + std::to_string(part.number);
    part.maybe_csv = ManifestFile{kMatrixKey, size, "ab"};
    parts.push_back(part);
  }
  return parts;
}

TEST(CutCsv, MakesPiecesOfTheLeastSizeWithoutGaps) {
  const std::uint64_t header = std::string("path,label,pc_1,pc_2\r\n").size();
  const CsvPieces pieces = cut_csv(parts_with({600, 600, 1200, 0, 100}), 2, {}, kTraits);
  ASSERT_EQ(pieces.orders.size(), 3U);
  EXPECT_EQ(pieces.orders[0].size_bytes, header + 1200);
  EXPECT_EQ(pieces.orders[1].offset, header + 1200);
  EXPECT_EQ(pieces.orders[1].size_bytes, 1200U);
  EXPECT_EQ(pieces.orders[2].offset, header + 2400);
  EXPECT_EQ(pieces.orders[2].size_bytes, 100U);  // the last one may be small
  EXPECT_EQ(pieces.orders[2].number, 2U);
  ASSERT_EQ(pieces.orders[2].parts.size(), 2U);
  EXPECT_EQ(pieces.orders[2].parts[1].key, "pca/12");
  EXPECT_EQ(pieces.file.size_bytes, header + 2500);
  EXPECT_TRUE(pieces.file.of_sums);
}

TEST(CutCsv, LeavesASmallMatrixAndAStoreWithoutPiecesToTheDriver) {
  EXPECT_TRUE(cut_csv(parts_with({400, 400}), 2, {}, kTraits).orders.empty());
  EXPECT_TRUE(cut_csv(parts_with({4000, 4000}), 2, {}, {.piece_bytes = 0}).orders.empty());
}

TEST(TablesOrder, ComesBack) {
  const TablesOrder order{{{40, "0123", "pca/part-40"}}, "ticket/+=", 2, 8'000'000'000, 77, 50};
  const TablesOrder back = parse_tables_order(to_bytes(order));
  ASSERT_EQ(back.parts.size(), 1U);
  EXPECT_EQ(back.parts[0].number, 40U);
  EXPECT_EQ(back.parts[0].key, "pca/part-40");
  EXPECT_EQ(back.ticket, order.ticket);
  EXPECT_EQ(back.number, 2U);
  EXPECT_EQ(back.offset, 8'000'000'000U);
  EXPECT_EQ(back.size_bytes, 77U);
  EXPECT_EQ(back.k, 50U);
  EXPECT_EQ(name_of_order(to_bytes(order)).first_part, 40U);
}

}  // namespace
}  // namespace coulis
