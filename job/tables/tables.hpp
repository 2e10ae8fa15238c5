// Tables: the Parquet files of a part, the errors table and the CSV matrix, written with Arrow.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/enum_names.hpp"
#include "core/base/failure.hpp"
#include "core/base/field.hpp"
#include "core/base/matrix_view.hpp"
#include "job/storage/location.hpp"

namespace coulis {

enum class Compression { kSnappy, kZstd };

template <>
struct EnumNames<Compression> {
  static constexpr std::string_view kWhat = "compression";
  static constexpr std::array<std::pair<Compression, std::string_view>, 2> kAll = {
      {{Compression::kSnappy, "snappy"}, {Compression::kZstd, "zstd"}}};
};

using TableMetadata = std::vector<std::pair<std::string, std::string>>;  // the file's key-value metadata

// path string, label string, <values> list<float>; rows in listing order.
struct RowTable {
  std::vector<std::string> paths;  // printable
  std::vector<std::string> labels;
  std::vector<float> values;  // [rows, width]
  std::size_t width = 0;
  TableMetadata metadata;

  std::size_t rows() const { return paths.size(); }
  MatrixView<const float> matrix() const { return {values.data(), rows(), width}; }
};

struct ErrorRow {
  std::string path;  // printable
  std::string stage;
  std::string code;
  std::string message;
  std::uint64_t size_bytes = 0;
};

// Thumbnails of photos, in listing order.
struct ThumbnailTable {
  std::vector<std::string> paths;  // printable
  std::vector<std::string> jpegs;  // [paths]: the bytes of JPEG files
};

inline constexpr std::string_view kFeaturesColumn = "features";
inline constexpr std::string_view kPcaColumn = "pca";

// The same table gives the same bytes. Throws Error(kRunFailed) for what Arrow refuses.
Bytes write_row_table(const RowTable& table, std::string_view values_column, Compression compression);

// Throws Error(kRunFailed) naming `origin` if it is not a Parquet file, lacks a column, or has rows of unequal width.
RowTable read_row_table(const Bytes& bytes, std::string_view values_column, const std::string& origin);
TableMetadata read_table_metadata(const Bytes& end, const std::string& origin);  // end: of the file, with its footer
std::uint64_t size_of_footer(const Bytes& end, const std::string& origin);       // in bytes, from its beginning to the end of the file

Bytes write_thumbnail_table(const ThumbnailTable& table);  // path string, jpeg binary
ThumbnailTable read_thumbnail_table(const Bytes& bytes, const std::string& origin);

// A map of photos for Embedding Atlas: path string, label string, x float, y float, and, where `nearest` is not empty, neighbors
// struct<ids list<int64>, distances list<double>> of zero-based rows.
struct MapTable {
  std::vector<std::string> paths;
  std::vector<std::string> labels;
  std::vector<float> x;
  std::vector<float> y;
  std::vector<std::int64_t> nearest;  // [rows, neighbours]
  std::vector<double> distances;      // [rows, neighbours]
  std::size_t neighbours = 0;
  TableMetadata metadata;
};

Bytes write_map_parquet(const MapTable& map);

Bytes write_errors_parquet(const std::vector<ErrorRow>& errors, Compression compression, const TableMetadata& metadata);
std::vector<ErrorRow> read_errors_parquet(const Bytes& bytes, const std::string& origin);

// A spreadsheet runs a text that begins with = + - @ or a tab as a formula. The name of a folder must not run.
enum class CsvFormulas { kQuote, kKeep };  // kQuote: with a ' in front, as OWASP says

template <>
struct EnumNames<CsvFormulas> {
  static constexpr std::string_view kWhat = "treatment of formulas";
  static constexpr std::array<std::pair<CsvFormulas, std::string_view>, 2> kAll = {
      {{CsvFormulas::kQuote, "quote"}, {CsvFormulas::kKeep, "keep"}}};
};

enum class CsvSeparator : char { kComma = ',', kSemicolon = ';', kBar = '|', kColon = ':', kSpace = ' ', kTab = '\t' };

template <>
struct EnumNames<CsvSeparator> {
  static constexpr std::string_view kWhat = "separator";
  static constexpr std::array<std::pair<CsvSeparator, std::string_view>, 8> kAll = {{{CsvSeparator::kComma, ","},
                                                                                     {CsvSeparator::kSemicolon, ";"},
                                                                                     {CsvSeparator::kBar, "|"},
                                                                                     {CsvSeparator::kColon, ":"},
                                                                                     {CsvSeparator::kSpace, "space"},
                                                                                     {CsvSeparator::kSpace, " "},
                                                                                     {CsvSeparator::kTab, "tab"},
                                                                                     {CsvSeparator::kTab, "\t"}}};
};

enum class CsvLayout { kOne, kParts };

template <>
struct EnumNames<CsvLayout> {
  static constexpr std::string_view kWhat = "layout of the CSV matrix";
  static constexpr std::array<std::pair<CsvLayout, std::string_view>, 2> kAll = {{{CsvLayout::kOne, "one"}, {CsvLayout::kParts, "parts"}}};
};

struct CsvOptions {
  CsvLayout layout = CsvLayout::kOne;
  CsvSeparator separator = CsvSeparator::kComma;
  CsvFormulas formulas = CsvFormulas::kQuote;
  bool bom = false;  // byte order mark at the start of the file, which tells Excel that it is UTF-8
};

template <OptionsOf<CsvOptions> O, class V>
void visit_fields(O& o, V&& v) {
  v(Field("csv", "The matrix as one file, matrix.csv (one), or one for each part, csv/part-00000.csv ... (parts)", Affects::kTables),
    o.layout);
  v(Field("csv-separator", "Column separator of the CSV files: , ; | : space or tab", Affects::kTables), o.separator);
  v(Field("csv-formulas", "CSV fields that a spreadsheet would evaluate as formulas: quote (prefix with ') or keep", Affects::kTables),
    o.formulas);
  v(Field("csv-bom", "Begin the CSV files with a byte order mark, so that Excel reads them as UTF-8", Affects::kTables), o.bom);
}

std::string write_errors_csv(const std::vector<ErrorRow>& errors, const CsvOptions& options);

// RFC 4180, in pieces: a header, then the lines of each table. Numbers are the shortest text that reads back to the same float.
std::string matrix_csv_header(std::size_t width, const CsvOptions& options);
std::string matrix_csv_lines(const RowTable& table, const CsvOptions& options);

}  // namespace coulis
