// Shared by the files of tables: Arrow's tables to Parquet and back, and Arrow's errors as Error.
#pragma once

#include <arrow/api.h>
#include <fmt/format.h>
#include <parquet/arrow/reader.h>
#include <parquet/exception.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
#include "job/tables/refuse.hpp"
#include "job/tables/tables.hpp"

namespace coulis {

inline void check(const arrow::Status& status, const std::string& what) {
  if (!status.ok()) throw Error(ErrorCode::kRunFailed, fmt::format("{}: {}", what, status.ToString()));
}

template <class T>
T check(arrow::Result<T> result, const std::string& what) {
  check(result.status(), what);
  return std::move(result).ValueUnsafe();
}

// The C library's allocator. Arrow's own choice, mimalloc, keeps freed buffers for the thread that freed them.
inline arrow::MemoryPool* memory_pool() {
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
std::shared_ptr<arrow::Array> to_lists(const std::shared_ptr<arrow::Array>& values, std::size_t rows, std::size_t width);
std::shared_ptr<const arrow::KeyValueMetadata> to_arrow(const TableMetadata& metadata);
Bytes write_table(const std::shared_ptr<arrow::Table>& table, Compression compression, const std::string& values_column);

// Memory for the pages and strings of a file, limited to what a file of its size can hold: a damaged file
// may claim terabytes. The values of lists are read into our own memory. Must outlive what is read with it.
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

std::shared_ptr<arrow::io::RandomAccessFile> as_file(const Bytes& bytes);  // borrowed
std::unique_ptr<parquet::arrow::FileReader> open_parquet(const Bytes& bytes, ReadLimit& limit, const std::string& origin);
TableMetadata metadata_of(const parquet::FileMetaData& footer);

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

// The indices of columns that hold one value a row.
std::vector<int> leaves_of(parquet::arrow::FileReader& reader, const std::vector<const char*>& columns, const std::string& origin);

// Arrow reports errors by Status; the Parquet layer below it sometimes throws.
template <class F>
auto with_parquet_errors(const std::string& origin, F&& read) {
  try {
    return read();
  } catch (const parquet::ParquetException& e) {
    refuse(origin, e.what());
  }
}

}  // namespace coulis
