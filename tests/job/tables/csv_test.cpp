#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "job/tables/tables.hpp"
#include "tests/job/thrown_error.hpp"

namespace coulis {
namespace {

RowTable one_row(const std::string& path, const std::string& label, std::vector<float> values) {
  RowTable table;
  table.width = values.size();
  table.paths = {path};
  table.labels = {label};
  table.values = std::move(values);
  return table;
}

TEST(MatrixCsv, HasAHeaderThatCountsFromOne) {
  EXPECT_EQ(matrix_csv_header(3, {.separator = CsvSeparator::kComma}), "path,label,pc_1,pc_2,pc_3\r\n");
  EXPECT_EQ(matrix_csv_header(0, {.separator = CsvSeparator::kComma}), "path,label\r\n");
  EXPECT_EQ(matrix_csv_header(1, {.separator = CsvSeparator::kTab}), "path\tlabel\tpc_1\r\n");
}

TEST(MatrixCsv, QuotesWhatRfc4180AsksFor) {
  EXPECT_EQ(matrix_csv_lines(one_row("a,b", "say \"x\"", {}), {.separator = CsvSeparator::kComma}), "\"a,b\",\"say \"\"x\"\"\"\r\n");
  EXPECT_EQ(matrix_csv_lines(one_row("a\nb", "a\rb", {}), {.separator = CsvSeparator::kComma}), "\"a\nb\",\"a\rb\"\r\n");
  EXPECT_EQ(matrix_csv_lines(one_row(" plain ", "", {}), {.separator = CsvSeparator::kComma}), " plain ,\r\n");
}

TEST(MatrixCsv, QuotesTheSeparatorInUse) {
  EXPECT_EQ(matrix_csv_lines(one_row("a;b", "a,b", {}), {.separator = CsvSeparator::kSemicolon}), "\"a;b\";a,b\r\n");
  EXPECT_EQ(matrix_csv_lines(one_row("a\tb", "a;b", {}), {.separator = CsvSeparator::kTab}), "\"a\tb\"\ta;b\r\n");
}

TEST(MatrixCsv, WritesTheShortestNumbersThatReadBack) {
  const std::vector<float> values = {0.1F, -2.5F, 1e-20F, 16'777'216.0F, 0.0F, std::numeric_limits<float>::max()};
  const std::string line = matrix_csv_lines(one_row("p", "l", values), {.separator = CsvSeparator::kComma});
  EXPECT_EQ(line.substr(0, 17), "p,l,0.1,-2.5,1e-2");
  std::size_t begin = 4;
  for (const float value : values) {
    EXPECT_EQ(std::stof(line.substr(begin)), value);
    begin = line.find_first_of(",\r", begin) + 1;
  }
}

TEST(MatrixCsv, WritesALineForEachRow) {
  RowTable table = one_row("a", "x", {1, 2});
  table.paths.emplace_back("b");
  table.labels.emplace_back("y");
  table.values.insert(table.values.end(), {3, 4});
  EXPECT_EQ(matrix_csv_lines(table, {.separator = CsvSeparator::kComma}), "a,x,1,2\r\nb,y,3,4\r\n");
  EXPECT_EQ(matrix_csv_lines(RowTable(), {.separator = CsvSeparator::kComma}), "");
}

TEST(MatrixCsv, PutsAnApostropheBeforeWhatASpreadsheetWouldRun) {
  for (const std::string start : {"=", "+", "-", "@", "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20", "\t"}) {
    const std::string label = start + "1+1";
    EXPECT_EQ(matrix_csv_lines(one_row("p", label, {-1}), {.separator = CsvSeparator::kComma}), "p,'" + label + ",-1\r\n");
    EXPECT_EQ(matrix_csv_lines(one_row("p", label, {-1}), {.separator = CsvSeparator::kComma, .formulas = CsvFormulas::kKeep}),
              "p," + label + ",-1\r\n");
  }
  for (const std::string start : {"\r", "\n"})
    EXPECT_EQ(matrix_csv_lines(one_row(start, "l", {}), {.separator = CsvSeparator::kComma}), "\"'" + start + "\",l\r\n");
  EXPECT_EQ(matrix_csv_lines(one_row("=a,b", "=\"c\"", {}), {.separator = CsvSeparator::kComma}), "\"'=a,b\",\"'=\"\"c\"\"\"\r\n");
  EXPECT_EQ(matrix_csv_lines(one_row("a=b", "a@b", {}), {.separator = CsvSeparator::kComma}), "a=b,a@b\r\n");
}

TEST(MatrixCsv, MakesNoTwoTextsOneByTheApostrophe) {
  EXPECT_EQ(matrix_csv_lines(one_row("'=1", "''=1", {}), {.separator = CsvSeparator::kComma}), "''=1,'''=1\r\n");
  EXPECT_EQ(matrix_csv_lines(one_row("'a", "'", {}), {.separator = CsvSeparator::kComma}), "'a,'\r\n");
}

TEST(Csv, BeginsWithAByteOrderMarkWhereAsked) {
  const CsvOptions options{.bom = true};
  EXPECT_EQ(matrix_csv_header(1, options), "\xEF\xBB\xBFpath,label,pc_1\r\n");
  EXPECT_EQ(write_errors_csv({}, options), "\xEF\xBB\xBFpath,stage,code,message,size\r\n");
  EXPECT_EQ(matrix_csv_lines(one_row("p", "l", {}), options), "p,l\r\n");
}

TEST(ErrorsCsv, PutsAnApostropheBeforeWhatASpreadsheetWouldRun) {
  const std::vector<ErrorRow> errors = {{"=p", "read", "vanished", "@m", 0}};
  EXPECT_EQ(write_errors_csv(errors, {.separator = CsvSeparator::kComma}), "path,stage,code,message,size\r\n'=p,read,vanished,'@m,0\r\n");
  EXPECT_EQ(write_errors_csv(errors, {.separator = CsvSeparator::kComma, .formulas = CsvFormulas::kKeep}),
            "path,stage,code,message,size\r\n=p,read,vanished,@m,0\r\n");
}

TEST(CsvFormulas, HasAName) {
  for (const CsvFormulas formulas : {CsvFormulas::kQuote, CsvFormulas::kKeep})
    EXPECT_EQ(parse_enum<CsvFormulas>(to_string(formulas)), formulas);
  EXPECT_EQ(thrown_error([] { parse_enum<CsvFormulas>("drop"); }).code(), ErrorCode::kUsage);
}

TEST(ErrorsCsv, HasAHeaderAndALineForEachImage) {
  EXPECT_EQ(write_errors_csv({}, {.separator = CsvSeparator::kComma}), "path,stage,code,message,size\r\n");
  EXPECT_EQ(write_errors_csv({{"/p/a,b.jpg", "decode", "corrupt", "It says \"no\"", 12}}, {.separator = CsvSeparator::kComma}),
            "path,stage,code,message,size\r\n\"/p/a,b.jpg\",decode,corrupt,\"It says \"\"no\"\"\",12\r\n");
  EXPECT_EQ(write_errors_csv({{"p", "read", "vanished", "m", 0}}, {.separator = CsvSeparator::kBar}),
            "path|stage|code|message|size\r\np|read|vanished|m|0\r\n");
}

}  // namespace
}  // namespace coulis
