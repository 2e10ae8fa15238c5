#include <cstring>

#include "job/tables/arrow_tables.hpp"
#include "job/tables/float_lists.hpp"

namespace coulis {
namespace {

// [rows, width] as list<float>; the values are borrowed.
std::shared_ptr<arrow::Array> to_list_array(const RowTable& table) {
  const auto buffer = std::make_shared<arrow::Buffer>(reinterpret_cast<const std::uint8_t*>(table.values.data()),
                                                      static_cast<std::int64_t>(table.values.size() * sizeof(float)));
  return to_lists(std::make_shared<arrow::FloatArray>(static_cast<std::int64_t>(table.values.size()), buffer), table.rows(), table.width);
}

}  // namespace

Bytes write_row_table(const RowTable& table, std::string_view values_column, Compression compression) {
  const std::string column(values_column);
  const auto schema = arrow::schema({arrow::field("path", arrow::utf8(), false), arrow::field("label", arrow::utf8(), false),
                                     arrow::field(column, arrow::list(arrow::float32()), false)},
                                    to_arrow(table.metadata));
  const auto arrow_table = arrow::Table::Make(
      schema, {to_array<arrow::StringBuilder>(table.paths), to_array<arrow::StringBuilder>(table.labels), to_list_array(table)},
      static_cast<std::int64_t>(table.rows()));
  return write_table(arrow_table, compression, column);
}

RowTable read_row_table(const Bytes& bytes, std::string_view values_column, const std::string& origin) {
  return with_parquet_errors(origin, [&] {
    ReadLimit limit(bytes);
    const auto reader = open_parquet(bytes, limit, origin);
    const auto names = read_or_refuse(reader->ReadTable(leaves_of(*reader, {"path", "label"}, origin)), origin);
    RowTable out;
    out.metadata = metadata_of(*reader->parquet_reader()->metadata());
    out.paths = read_strings(*names, "path", origin);
    out.labels = read_strings(*names, "label", origin);
    FloatLists lists = read_float_lists(*reader->parquet_reader(), std::string(values_column), origin);
    if (lists.values.size() != out.rows() * lists.width) refuse(origin, fmt::format("'{}' has another number of rows", values_column));
    out.values = std::move(lists.values);
    out.width = lists.width;
    return out;
  });
}

std::uint64_t size_of_footer(const Bytes& end, const std::string& origin) {
  // Parquet: ... metadata, its length as 4 bytes, the lowest first, "PAR1".
  constexpr std::size_t kTail = 8;
  if (end.size() < kTail || std::memcmp(end.data() + end.size() - 4, "PAR1", 4) != 0)
    refuse(origin, "it does not end as a Parquet file does");
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < 4; ++i) length |= std::to_integer<std::uint64_t>(end[end.size() - kTail + i]) << (8 * i);
  return length + kTail;
}

TableMetadata read_table_metadata(const Bytes& end, const std::string& origin) {
  return with_parquet_errors(origin, [&] { return metadata_of(*parquet::ReadMetaData(as_file(end))); });
}

}  // namespace coulis
