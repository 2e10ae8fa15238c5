#include "job/tables/arrow_tables.hpp"

namespace coulis {

Bytes write_thumbnail_table(const ThumbnailTable& table) {
  const auto schema = arrow::schema({arrow::field("path", arrow::utf8(), false), arrow::field("jpeg", arrow::binary(), false)});
  const auto arrow_table =
      arrow::Table::Make(schema, {to_array<arrow::StringBuilder>(table.paths), to_array<arrow::BinaryBuilder>(table.jpegs)});
  return write_table(arrow_table, Compression::kSnappy, "jpeg");
}

ThumbnailTable read_thumbnail_table(const Bytes& bytes, const std::string& origin) {
  return with_parquet_errors(origin, [&] {
    ReadLimit limit(bytes);
    const auto table = read_or_refuse(open_parquet(bytes, limit, origin)->ReadTable(), origin);
    return ThumbnailTable{read_strings(*table, "path", origin), read_strings<arrow::BinaryArray>(*table, "jpeg", origin)};
  });
}

Bytes write_map_parquet(const MapTable& map) {
  arrow::FieldVector fields = {arrow::field("path", arrow::utf8(), false), arrow::field("label", arrow::utf8(), false),
                               arrow::field("x", arrow::float32(), false), arrow::field("y", arrow::float32(), false)};
  arrow::ArrayVector columns = {to_array<arrow::StringBuilder>(map.paths), to_array<arrow::StringBuilder>(map.labels),
                                to_array<arrow::FloatBuilder>(map.x), to_array<arrow::FloatBuilder>(map.y)};
  if (map.neighbours > 0) {
    const auto ids = to_lists(to_array<arrow::Int64Builder>(map.nearest), map.paths.size(), map.neighbours);
    const auto distances = to_lists(to_array<arrow::DoubleBuilder>(map.distances), map.paths.size(), map.neighbours);
    columns.push_back(
        check(arrow::StructArray::Make({ids, distances}, std::vector<std::string>{"ids", "distances"}), "cannot build a column"));
    fields.push_back(arrow::field("neighbors", columns.back()->type(), false));
  }
  return write_table(arrow::Table::Make(arrow::schema(fields, to_arrow(map.metadata)), columns), Compression::kSnappy, "");
}

Bytes write_errors_parquet(const std::vector<ErrorRow>& errors, Compression compression, const TableMetadata& metadata) {
  std::vector<std::vector<std::string>> columns(4);
  arrow::Int64Builder sizes(memory_pool());
  for (const ErrorRow& error : errors) {
    columns[0].push_back(error.path);
    columns[1].push_back(error.stage);
    columns[2].push_back(error.code);
    columns[3].push_back(error.message);
    check(sizes.Append(static_cast<std::int64_t>(error.size_bytes)), "cannot build the size column");
  }
  const auto schema = arrow::schema(
      {arrow::field("path", arrow::utf8(), false), arrow::field("stage", arrow::utf8(), false), arrow::field("code", arrow::utf8(), false),
       arrow::field("message", arrow::utf8(), false), arrow::field("size", arrow::int64(), false)},
      to_arrow(metadata));
  const auto table = arrow::Table::Make(schema, {to_array<arrow::StringBuilder>(columns[0]), to_array<arrow::StringBuilder>(columns[1]),
                                                 to_array<arrow::StringBuilder>(columns[2]), to_array<arrow::StringBuilder>(columns[3]),
                                                 check(sizes.Finish(), "cannot build the size column")});
  return write_table(table, compression, "size");
}

std::vector<ErrorRow> read_errors_parquet(const Bytes& bytes, const std::string& origin) {
  return with_parquet_errors(origin, [&] {
    ReadLimit limit(bytes);
    const auto table = read_or_refuse(open_parquet(bytes, limit, origin)->ReadTable(), origin);
    std::vector<ErrorRow> errors(static_cast<std::size_t>(table->num_rows()));
    const auto fill = [&](const std::string& column, std::string ErrorRow::*field) {
      std::vector<std::string> values = read_strings(*table, column, origin);
      for (std::size_t i = 0; i < errors.size(); ++i) errors[i].*field = std::move(values[i]);
    };
    fill("path", &ErrorRow::path);
    fill("stage", &ErrorRow::stage);
    fill("code", &ErrorRow::code);
    fill("message", &ErrorRow::message);
    std::size_t row = 0;
    for (const auto& chunk : chunks_of<arrow::Int64Array>(*table, "size", origin)) {
      for (std::int64_t i = 0; i < chunk->length(); ++i) errors[row++].size_bytes = static_cast<std::uint64_t>(chunk->Value(i));
    }
    return errors;
  });
}

}  // namespace coulis
