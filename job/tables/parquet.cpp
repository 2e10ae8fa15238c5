#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <fmt/format.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/writer.h>
#include <parquet/exception.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "core/base/error.hpp"
#include "job/tables/float_lists.hpp"
#include "job/tables/refuse.hpp"
#include "job/tables/tables.hpp"

namespace coulis {
namespace {

constexpr std::int64_t kFirstBufferBytes = 4096;

void check(const arrow::Status& status, const std::string& what) {
  if (!status.ok()) throw Error(ErrorCode::kRunFailed, fmt::format("{}: {}", what, status.ToString()));
}

template <class T>
T check(arrow::Result<T> result, const std::string& what) {
  check(result.status(), what);
  return std::move(result).ValueUnsafe();
}

// The C library's allocator. Arrow's own choice, mimalloc, keeps freed buffers for the thread that freed them.
arrow::MemoryPool* memory_pool() {
  return arrow::system_memory_pool();
}

template <class T>
T read_or_refuse(arrow::Result<T> result, const std::string& origin) {
  if (!result.ok()) refuse(origin, result.status().ToString());
  return std::move(result).ValueUnsafe();
}

template <class Builder, class Values>
std::shared_ptr<arrow::Array> to_array(const Values& values) {
  Builder builder(memory_pool());
  check(builder.AppendValues(values), "cannot build a column");
  return check(builder.Finish(), "cannot build a column");
}

// [rows * width] values as lists of `width`.
std::shared_ptr<arrow::Array> to_lists(const std::shared_ptr<arrow::Array>& values, std::size_t rows, std::size_t width) {
  arrow::Int32Builder offsets(memory_pool());
  for (std::size_t i = 0; i <= rows; ++i) check(offsets.Append(static_cast<std::int32_t>(i * width)), "cannot build a list column");
  const auto offsets_array = check(offsets.Finish(), "cannot build a list column");
  return check(arrow::ListArray::FromArrays(*offsets_array, *values, memory_pool()), "cannot build a list column");
}

// [rows, width] as list<float>; the values are borrowed.
std::shared_ptr<arrow::Array> to_list_array(const RowTable& table) {
  const auto buffer = std::make_shared<arrow::Buffer>(reinterpret_cast<const std::uint8_t*>(table.values.data()),
                                                      static_cast<std::int64_t>(table.values.size() * sizeof(float)));
  return to_lists(std::make_shared<arrow::FloatArray>(static_cast<std::int64_t>(table.values.size()), buffer), table.rows(), table.width);
}

std::shared_ptr<const arrow::KeyValueMetadata> to_arrow(const TableMetadata& metadata) {
  auto result = std::make_shared<arrow::KeyValueMetadata>();
  for (const auto& [key, value] : metadata) result->Append(key, value);
  return result;
}

std::shared_ptr<parquet::WriterProperties> writer_properties(Compression compression, const std::string& values_column) {
  parquet::WriterProperties::Builder builder;
  builder.compression(compression == Compression::kZstd ? parquet::Compression::ZSTD : parquet::Compression::SNAPPY);
  builder.created_by("coulis");
  builder.memory_pool(memory_pool());
  // Floats that hardly repeat: a dictionary would be built and thrown away. No reader uses statistics of list elements.
  for (const std::string& leaf : {values_column + ".list.element", values_column}) {
    builder.disable_dictionary(leaf);
    builder.disable_statistics(leaf);
  }
  return builder.build();
}

Bytes write_table(const std::shared_ptr<arrow::Table>& table, Compression compression, const std::string& values_column) {
  const auto sink = check(arrow::io::BufferOutputStream::Create(kFirstBufferBytes, memory_pool()), "cannot allocate a Parquet buffer");
  const auto writer =
      check(parquet::arrow::FileWriter::Open(*table->schema(), memory_pool(), sink, writer_properties(compression, values_column)),
            "cannot write a Parquet file");
  check(writer->WriteTable(*table, std::max<std::int64_t>(table->num_rows(), 1)), "cannot write a Parquet file");
  check(writer->AddKeyValueMetadata(table->schema()->metadata()), "cannot write a Parquet file");
  check(writer->Close(), "cannot write a Parquet file");
  const auto buffer = check(sink->Finish(), "cannot write a Parquet file");
  Bytes bytes(static_cast<std::size_t>(buffer->size()));
  std::memcpy(bytes.data(), buffer->data(), bytes.size());
  return bytes;
}

// Pages and strings of a file, and no more of them than it can hold: one that claims terabytes must not be believed. The values of lists
// are read into memory of our own. Outlives what is read with it.
class ReadLimit {
 public:
  explicit ReadLimit(const Bytes& file) : pool_(&counted_, kSmallest + kMostUnpacked * static_cast<std::int64_t>(file.size())) {}

  arrow::MemoryPool* pool() { return &pool_; }

 private:
  static constexpr std::int64_t kSmallest = std::int64_t{1} << 30;
  static constexpr std::int64_t kMostUnpacked = 100;  // times the file's size
  arrow::ProxyMemoryPool counted_{memory_pool()};
  arrow::CappedMemoryPool pool_;
};

std::unique_ptr<parquet::arrow::FileReader> open_parquet(const Bytes& bytes, ReadLimit& limit, const std::string& origin) {
  const auto source = std::make_shared<arrow::io::BufferReader>(
      std::make_shared<arrow::Buffer>(reinterpret_cast<const std::uint8_t*>(bytes.data()), static_cast<std::int64_t>(bytes.size())));
  parquet::arrow::FileReaderBuilder builder;
  const arrow::Status opened = builder.Open(source, parquet::ReaderProperties(limit.pool()));
  if (!opened.ok()) refuse(origin, opened.ToString());
  return read_or_refuse(builder.memory_pool(limit.pool())->Build(), origin);
}

template <class ArrayType>
std::vector<std::shared_ptr<ArrayType>> chunks_of(const arrow::Table& table, const std::string& column, const std::string& origin) {
  const std::shared_ptr<arrow::ChunkedArray> found = table.GetColumnByName(column);
  if (!found) refuse(origin, fmt::format("it has no column '{}'", column));
  std::vector<std::shared_ptr<ArrayType>> chunks;
  for (const auto& chunk : found->chunks()) {
    auto typed = std::dynamic_pointer_cast<ArrayType>(chunk);
    if (!typed || typed->null_count() != 0) refuse(origin, fmt::format("column '{}' has another type, or nulls", column));
    chunks.push_back(std::move(typed));
  }
  return chunks;
}

template <class ArrayType = arrow::StringArray>
std::vector<std::string> read_strings(const arrow::Table& table, const std::string& column, const std::string& origin) {
  std::vector<std::string> values;
  values.reserve(static_cast<std::size_t>(table.num_rows()));
  for (const auto& chunk : chunks_of<ArrayType>(table, column, origin)) {
    for (std::int64_t i = 0; i < chunk->length(); ++i) values.push_back(chunk->GetString(i));
  }
  return values;
}

std::vector<int> leaves_of_names(parquet::arrow::FileReader& reader, const std::string& origin) {
  const parquet::SchemaDescriptor& schema = *reader.parquet_reader()->metadata()->schema();
  std::vector<int> leaves;
  for (const std::string column : {"path", "label"}) {
    const int leaf = schema.ColumnIndex(column);
    if (leaf < 0) refuse(origin, fmt::format("it has no column '{}'", column));
    leaves.push_back(leaf);
  }
  return leaves;
}

TableMetadata metadata_of(parquet::arrow::FileReader& reader) {
  TableMetadata metadata;
  const auto pairs = reader.parquet_reader()->metadata()->key_value_metadata();
  for (std::int64_t i = 0; pairs && i < pairs->size(); ++i) metadata.emplace_back(pairs->key(i), pairs->value(i));
  return metadata;
}

// Arrow reports by Status, the Parquet layer below it sometimes by exception.
template <class F>
auto with_parquet_errors(const std::string& origin, F&& read) {
  try {
    return read();
  } catch (const parquet::ParquetException& e) {
    refuse(origin, e.what());
  }
}

}  // namespace

void refuse(const std::string& origin, std::string_view why) {
  throw Error(ErrorCode::kRunFailed, fmt::format("{}: {}", origin, why), "remove the file, then run the same `coulis run` command again");
}

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
    const auto names = read_or_refuse(reader->ReadTable(leaves_of_names(*reader, origin)), origin);
    RowTable out;
    out.metadata = metadata_of(*reader);
    out.paths = read_strings(*names, "path", origin);
    out.labels = read_strings(*names, "label", origin);
    FloatLists lists = read_float_lists(*reader->parquet_reader(), std::string(values_column), origin);
    if (lists.values.size() != out.rows() * lists.width) refuse(origin, fmt::format("'{}' has another number of rows", values_column));
    out.values = std::move(lists.values);
    out.width = lists.width;
    return out;
  });
}

TableMetadata read_table_metadata(const Bytes& bytes, const std::string& origin) {
  ReadLimit limit(bytes);
  return with_parquet_errors(origin, [&] { return metadata_of(*open_parquet(bytes, limit, origin)); });
}

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
