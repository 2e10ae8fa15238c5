#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <gtest/gtest.h>
#include <parquet/arrow/writer.h>

#include <cmath>
#include <limits>
#include <memory>
#include <string>

#include "core/base/error.hpp"
#include "job/tables/tables.hpp"
#include "tests/bits.hpp"
#include "tests/job/tables/example_tables.hpp"
#include "tests/job/thrown_error.hpp"

namespace coulis {
namespace {

void expect_equal(const RowTable& actual, const RowTable& expected) {
  EXPECT_EQ(actual.paths, expected.paths);
  EXPECT_EQ(actual.labels, expected.labels);
  EXPECT_EQ(bits_of(actual.values), bits_of(expected.values));
  EXPECT_EQ(actual.metadata, expected.metadata);
}

RowTable read_back(const RowTable& table, Compression compression = Compression::kSnappy) {
  return read_row_table(write_row_table(table, "features", compression), "features", "that file");
}

// A Parquet file that another program wrote.
Bytes write_foreign(const std::vector<std::shared_ptr<arrow::Field>>& fields, const std::vector<std::shared_ptr<arrow::Array>>& columns) {
  const auto sink = arrow::io::BufferOutputStream::Create().ValueOrDie();
  const auto table = arrow::Table::Make(arrow::schema(fields), columns);
  EXPECT_TRUE(parquet::arrow::WriteTable(*table, arrow::default_memory_pool(), sink).ok());
  const auto buffer = sink->Finish().ValueOrDie();
  const auto* begin = reinterpret_cast<const std::byte*>(buffer->data());
  return {begin, begin + buffer->size()};
}

std::shared_ptr<arrow::Array> strings(const std::vector<std::string>& values) {
  arrow::StringBuilder builder;
  EXPECT_TRUE(builder.AppendValues(values).ok());
  return builder.Finish().ValueOrDie();
}

// [lengths.size(), ...]: rows of the lengths given; a negative one is null.
std::shared_ptr<arrow::Array> lists(const std::vector<int>& lengths) {
  const auto values = std::make_shared<arrow::FloatBuilder>();
  arrow::ListBuilder builder(arrow::default_memory_pool(), values);
  for (const int length : lengths) {
    EXPECT_TRUE((length < 0 ? builder.AppendNull() : builder.Append()).ok());
    for (int i = 0; i < length; ++i) EXPECT_TRUE(values->Append(1.0F).ok());
  }
  return builder.Finish().ValueOrDie();
}

TEST(RowTable, ReadsBackAsItWasWithZeroOneAndManyRows) {
  for (const std::size_t rows : {0U, 1U, 2U, 300U}) {
    for (const Compression compression : {Compression::kSnappy, Compression::kZstd}) {
      const RowTable table = make_table(rows, 50);
      const RowTable back = read_back(table, compression);
      expect_equal(back, table);
      EXPECT_EQ(back.width, rows == 0 ? 0U : 50U);
    }
  }
}

TEST(RowTable, KeepsEveryFloatToTheBit) {
  using Limits = std::numeric_limits<float>;
  RowTable table = make_table(2, 4);
  table.values = {Limits::denorm_min(), Limits::max(), -0.0F, Limits::infinity(), 0.1F, -Limits::min(), 1.0F + Limits::epsilon(), 0.0F};
  const RowTable back = read_back(table);
  EXPECT_EQ(bits_of(back.values), bits_of(table.values));
  EXPECT_TRUE(std::signbit(back.values[2]));
}

TEST(RowTable, GivesTheSameBytesForTheSameTable) {
  EXPECT_EQ(write_row_table(make_table(20, 8), "features", Compression::kZstd),
            write_row_table(make_table(20, 8), "features", Compression::kZstd));
}

TEST(RowTable, GivesItsMetadataWithoutItsRows) {
  const RowTable table = make_table(5, 3);
  EXPECT_EQ(read_table_metadata(write_row_table(table, "pca", Compression::kSnappy), "that file"), table.metadata);
}

TEST(RowTable, ReadsATableOfSeveralRowGroupsWithoutMetadata) {
  const std::vector<std::string> names(3, "x");
  const Bytes bytes = write_foreign(
      {arrow::field("path", arrow::utf8()), arrow::field("label", arrow::utf8()), arrow::field("pca", arrow::list(arrow::float32()))},
      {strings(names), strings(names), lists({2, 2, 2})});
  const RowTable table = read_row_table(bytes, "pca", "that file");
  EXPECT_EQ(table.rows(), 3U);
  EXPECT_EQ(table.width, 2U);
  EXPECT_EQ(table.values, std::vector<float>(6, 1.0F));
}

TEST(RowTable, RefusesColumnsThatAreMissingOfAnotherTypeOrUneven) {
  const auto& text = arrow::utf8();
  const auto rows = arrow::list(arrow::float32());
  const auto two = strings({"a", "b"});
  const std::vector<std::pair<std::string, Bytes>> cases = {
      {"no label", write_foreign({arrow::field("path", text), arrow::field("pca", rows)}, {two, lists({1, 1})})},
      {"no values", write_foreign({arrow::field("path", text), arrow::field("label", text)}, {two, two})},
      {"values are text",
       write_foreign({arrow::field("path", text), arrow::field("label", text), arrow::field("pca", text)}, {two, two, two})},
      {"path is a list", write_foreign({arrow::field("path", rows), arrow::field("label", text), arrow::field("pca", rows)},
                                       {lists({1, 1}), two, lists({1, 1})})},
      {"uneven",
       write_foreign({arrow::field("path", text), arrow::field("label", text), arrow::field("pca", rows)}, {two, two, lists({1, 2})})},
      {"empty row",
       write_foreign({arrow::field("path", text), arrow::field("label", text), arrow::field("pca", rows)}, {two, two, lists({0, 0})})},
      {"null row",
       write_foreign({arrow::field("path", text), arrow::field("label", text), arrow::field("pca", rows)}, {two, two, lists({1, -1})})},
  };
  for (const auto& [name, bytes] : cases) {
    SCOPED_TRACE(name);
    const Error error = thrown_error([&bytes = bytes] { read_row_table(bytes, "pca", "that file"); });
    EXPECT_EQ(error.code(), ErrorCode::kRunFailed);
    EXPECT_NE(std::string(error.what()).find("that file"), std::string::npos) << error.what();
  }
}

TEST(Compression, HasNamesThatReadBack) {
  for (const Compression compression : {Compression::kSnappy, Compression::kZstd})
    EXPECT_EQ(parse_enum<Compression>(to_string(compression)), compression);
  EXPECT_EQ(thrown_error([] { parse_enum<Compression>("gzip"); }).code(), ErrorCode::kUsage);
}

}  // namespace
}  // namespace coulis
