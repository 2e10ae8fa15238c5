#include "job/collections/text_columns.hpp"

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/csv/api.h>
#include <arrow/io/memory.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>
#include <fmt/format.h>
#include <parquet/arrow/reader.h>
#include <parquet/exception.h>

#include <utility>

#include "core/base/error.hpp"
#include "core/base/printable.hpp"

namespace coulis {
namespace {

template <class T>
T value_of(arrow::Result<T> result, const std::string& file) {
  if (!result.ok()) throw_damaged(file, result.status().message());
  return std::move(result).ValueUnsafe();
}

std::optional<std::string> text_at(const arrow::Array& array, std::int64_t row, const std::string& file) {
  if (array.IsNull(row)) return std::nullopt;
  if (array.type_id() == arrow::Type::BINARY || array.type_id() == arrow::Type::STRING) {
    return std::string(static_cast<const arrow::BinaryArray&>(array).GetView(row));
  }
  auto scalar = value_of(array.GetScalar(row), file);
  if (const auto* dictionary = dynamic_cast<const arrow::DictionaryScalar*>(scalar.get()))
    scalar = value_of(dictionary->GetEncodedValue(), file);
  if (const auto* binary = dynamic_cast<const arrow::BaseBinaryScalar*>(scalar.get())) return std::string(binary->view());
  return scalar->ToString();
}

void visit_batch(const arrow::RecordBatch& batch, const std::string& file, const VisitTexts& visit) {
  std::vector<Texts> columns(static_cast<std::size_t>(batch.num_columns()));
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const arrow::Array& array = *batch.column(static_cast<int>(i));
    columns[i].reserve(static_cast<std::size_t>(array.length()));
    for (std::int64_t row = 0; row < array.length(); ++row) columns[i].push_back(text_at(array, row, file));
  }
  visit(columns);
}

}  // namespace

void throw_damaged(const std::string& file, const std::string& why) {
  throw Error(ErrorCode::kNothingToRead, fmt::format("{} cannot be read: {}", printable(file), printable_sentence(why)),
              "check the file, or copy it again");
}

void read_csv_columns(const std::shared_ptr<arrow::io::InputStream>& text, const CsvForm& form, const std::vector<std::string>& wanted,
                      const std::string& file, const VisitTexts& visit) {
  auto read = arrow::csv::ReadOptions::Defaults();
  read.use_threads = false;
  read.column_names = form.titles;
  auto parse = arrow::csv::ParseOptions::Defaults();
  parse.delimiter = form.delimiter;
  parse.newlines_in_values = true;
  auto convert = arrow::csv::ConvertOptions::Defaults();
  convert.check_utf8 = false;  // names are bytes
  convert.include_columns = wanted;
  for (const std::string& title : wanted) convert.column_types[title] = arrow::binary();
  const auto reader = value_of(arrow::csv::StreamingReader::Make(arrow::io::default_io_context(), text, read, parse, convert), file);
  while (const std::shared_ptr<arrow::RecordBatch> batch = value_of(reader->Next(), file)) visit_batch(*batch, file, visit);
}

void read_parquet_columns(std::string_view bytes, const std::function<std::vector<std::size_t>(const std::vector<std::string>&)>& choose,
                          const std::string& file, const VisitTexts& visit) {
  try {
    const auto buffer = std::make_shared<arrow::io::BufferReader>(
        std::make_shared<arrow::Buffer>(reinterpret_cast<const std::uint8_t*>(bytes.data()), static_cast<std::int64_t>(bytes.size())));
    const auto reader = value_of(parquet::arrow::OpenFile(buffer, arrow::default_memory_pool()), file);
    std::shared_ptr<arrow::Schema> schema;
    if (const auto status = reader->GetSchema(&schema); !status.ok()) throw_damaged(file, status.message());
    // By their titles in the order that is wanted: a reader of batches gives them in that of the file.
    std::vector<std::string> titles;
    std::vector<int> columns;
    for (const std::size_t column : choose(schema->field_names())) {
      titles.push_back(schema->field(static_cast<int>(column))->name());
      columns.push_back(static_cast<int>(column));
    }
    std::vector<int> groups(static_cast<std::size_t>(reader->num_row_groups()));
    for (std::size_t i = 0; i < groups.size(); ++i) groups[i] = static_cast<int>(i);
    const auto batches = value_of(reader->GetRecordBatchReader(groups, columns), file);
    while (const std::shared_ptr<arrow::RecordBatch> batch = value_of(batches->Next(), file)) {
      arrow::ArrayVector wanted;
      arrow::FieldVector fields;
      for (const std::string& title : titles) {
        wanted.push_back(batch->GetColumnByName(title));
        fields.push_back(batch->schema()->GetFieldByName(title));
        if (!wanted.back()) throw_damaged(file, fmt::format("two columns are called {}", title));
      }
      visit_batch(*arrow::RecordBatch::Make(arrow::schema(fields), batch->num_rows(), wanted), file, visit);
    }
  } catch (const parquet::ParquetException& e) {
    throw_damaged(file, e.what());
  }
}

}  // namespace coulis
