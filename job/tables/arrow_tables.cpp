#include "job/tables/arrow_tables.hpp"

#include <arrow/io/memory.h>
#include <parquet/arrow/writer.h>

#include <algorithm>
#include <cstring>

namespace coulis {
namespace {

constexpr std::int64_t kFirstBufferBytes = 4096;

std::shared_ptr<parquet::WriterProperties> writer_properties(Compression compression, const std::string& values_column) {
  parquet::WriterProperties::Builder builder;
  builder.compression(compression == Compression::kZstd ? parquet::Compression::ZSTD : parquet::Compression::SNAPPY);
  builder.created_by("coulis");
  builder.memory_pool(memory_pool());
  // Floats rarely repeat, so a dictionary would be built for nothing. No reader uses the statistics of list elements.
  for (const std::string& leaf : {values_column + ".list.element", values_column}) {
    builder.disable_dictionary(leaf);
    builder.disable_statistics(leaf);
  }
  return builder.build();
}

}  // namespace

void refuse(const std::string& origin, std::string_view why) {
  throw Error(ErrorCode::kRunFailed, fmt::format("{}: {}", origin, why), "remove the file, then run the same `coulis run` command again");
}

std::shared_ptr<arrow::Array> to_lists(const std::shared_ptr<arrow::Array>& values, std::size_t rows, std::size_t width) {
  arrow::Int32Builder offsets(memory_pool());
  for (std::size_t i = 0; i <= rows; ++i) check(offsets.Append(static_cast<std::int32_t>(i * width)), "cannot build a list column");
  const auto offsets_array = check(offsets.Finish(), "cannot build a list column");
  return check(arrow::ListArray::FromArrays(*offsets_array, *values, memory_pool()), "cannot build a list column");
}

std::shared_ptr<const arrow::KeyValueMetadata> to_arrow(const TableMetadata& metadata) {
  auto result = std::make_shared<arrow::KeyValueMetadata>();
  for (const auto& [key, value] : metadata) result->Append(key, value);
  return result;
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

std::shared_ptr<arrow::io::RandomAccessFile> as_file(const Bytes& bytes) {
  return std::make_shared<arrow::io::BufferReader>(
      std::make_shared<arrow::Buffer>(reinterpret_cast<const std::uint8_t*>(bytes.data()), static_cast<std::int64_t>(bytes.size())));
}

std::unique_ptr<parquet::arrow::FileReader> open_parquet(const Bytes& bytes, ReadLimit& limit, const std::string& origin) {
  parquet::arrow::FileReaderBuilder builder;
  const arrow::Status opened = builder.Open(as_file(bytes), parquet::ReaderProperties(limit.pool()));
  if (!opened.ok()) refuse(origin, opened.ToString());
  return read_or_refuse(builder.memory_pool(limit.pool())->Build(), origin);
}

TableMetadata metadata_of(const parquet::FileMetaData& footer) {
  TableMetadata metadata;
  const auto& pairs = footer.key_value_metadata();
  for (std::int64_t i = 0; pairs && i < pairs->size(); ++i) metadata.emplace_back(pairs->key(i), pairs->value(i));
  return metadata;
}

std::vector<int> leaves_of(parquet::arrow::FileReader& reader, const std::vector<const char*>& columns, const std::string& origin) {
  const parquet::SchemaDescriptor& schema = *reader.parquet_reader()->metadata()->schema();
  std::vector<int> leaves;
  for (const char* column : columns) {
    const int leaf = schema.ColumnIndex(column);
    if (leaf < 0) refuse(origin, fmt::format("it has no column '{}'", column));
    leaves.push_back(leaf);
  }
  return leaves;
}

}  // namespace coulis
