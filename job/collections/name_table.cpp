#include "job/collections/name_table.hpp"

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/csv/api.h>
#include <arrow/io/memory.h>
#include <arrow/scalar.h>
#include <arrow/table.h>
#include <fmt/format.h>
#include <parquet/arrow/reader.h>
#include <parquet/exception.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/base/error.hpp"
#include "core/base/lower_case.hpp"
#include "core/base/printable.hpp"
#include "job/collections/name_columns.hpp"
#include "job/collections/table.hpp"

namespace coulis {
namespace {

using Texts = std::vector<std::optional<std::string>>;

constexpr std::array<std::string_view, 9> kEndings = {".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".txt", ".lst", ".list", ".parquet"};
constexpr std::array<char, 4> kDelimiters = {',', '\t', ';', '|'};

[[noreturn]] void throw_damaged(const std::string& file, const std::string& why) {
  throw Error(ErrorCode::kNothingToRead, fmt::format("{} cannot be read: {}", printable(file), printable_sentence(why)),
              "check the file, or copy it again");
}

template <class T>
T value_of(arrow::Result<T> result, const std::string& file) {
  if (!result.ok()) throw_damaged(file, result.status().message());
  return std::move(result).ValueUnsafe();
}

std::optional<std::string> text_at(const arrow::Array& array, std::int64_t row, const std::string& file) {
  if (array.IsNull(row)) return std::nullopt;
  auto scalar = value_of(array.GetScalar(row), file);
  if (const auto* dictionary = dynamic_cast<const arrow::DictionaryScalar*>(scalar.get()))
    scalar = value_of(dictionary->GetEncodedValue(), file);
  if (const auto* binary = dynamic_cast<const arrow::BaseBinaryScalar*>(scalar.get())) return std::string(binary->view());
  return scalar->ToString();
}

void append_texts(const arrow::Array& array, const std::string& file, Texts& texts) {
  for (std::int64_t row = 0; row < array.length(); ++row) texts.push_back(text_at(array, row, file));
}

class SharedLabels {
 public:
  Label share(const std::optional<std::string>& text) {
    if (!text) return nullptr;
    Label& label = labels_[*text];
    if (!label) label = std::make_shared<const std::string>(*text);
    return label;
  }

 private:
  std::unordered_map<std::string, Label> labels_;
};

NameTable join(Texts names, const std::optional<Texts>& maybe_labels) {
  SharedLabels labels;
  NameTable table{{}, maybe_labels.has_value()};
  table.rows.reserve(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    table.rows.push_back({names[i].value_or(""), maybe_labels ? labels.share((*maybe_labels)[i]) : nullptr});
  }
  return table;
}

std::shared_ptr<arrow::io::InputStream> stream_of(std::string_view text) {
  return std::make_shared<arrow::io::BufferReader>(
      std::make_shared<arrow::Buffer>(reinterpret_cast<const std::uint8_t*>(text.data()), static_cast<std::int64_t>(text.size())));
}

std::shared_ptr<arrow::csv::StreamingReader> open_csv(std::string_view text, char delimiter, arrow::csv::ConvertOptions convert,
                                                      const std::string& file) {
  auto read = arrow::csv::ReadOptions::Defaults();
  read.use_threads = false;
  auto parse = arrow::csv::ParseOptions::Defaults();
  parse.delimiter = delimiter;
  parse.newlines_in_values = true;
  convert.check_utf8 = false;  // names are bytes
  return value_of(arrow::csv::StreamingReader::Make(arrow::io::default_io_context(), stream_of(text), read, parse, convert), file);
}

// Those of a CSV's first line; none where it is no line of a CSV.
std::vector<std::string> titles_of(std::string_view text, char delimiter) {
  const std::string line = fmt::format("{}\n", text.substr(0, std::min(text.find('\n'), text.size())));
  auto parse = arrow::csv::ParseOptions::Defaults();
  parse.delimiter = delimiter;
  auto read = arrow::csv::ReadOptions::Defaults();
  read.use_threads = false;
  auto convert = arrow::csv::ConvertOptions::Defaults();
  convert.check_utf8 = false;
  const auto reader = arrow::csv::TableReader::Make(arrow::io::default_io_context(), stream_of(line), read, parse, convert);
  if (!reader.ok()) return {};
  const auto table = (*reader)->Read();
  return table.ok() ? (*table)->schema()->field_names() : std::vector<std::string>();
}

// The delimiter that gives the most columns, and their titles.
std::pair<std::vector<std::string>, char> find_titles(std::string_view text) {
  std::pair<std::vector<std::string>, char> best = {{}, ','};
  if (text.find('\0') != std::string_view::npos) return best;
  for (const char delimiter : kDelimiters) {
    std::vector<std::string> titles = titles_of(text, delimiter);
    if (titles.size() > best.first.size()) best = {std::move(titles), delimiter};
  }
  return best;
}

NameTable read_csv(std::string_view text, char delimiter, const std::vector<std::string>& titles, const NameColumns& columns,
                   const std::string& file) {
  auto convert = arrow::csv::ConvertOptions::Defaults();
  convert.include_columns = {titles[columns.name]};
  if (columns.label) convert.include_columns.push_back(titles[*columns.label]);
  for (const std::string& title : convert.include_columns) convert.column_types[title] = arrow::binary();
  const auto reader = open_csv(text, delimiter, convert, file);
  Texts names;
  Texts labels;
  while (const std::shared_ptr<arrow::RecordBatch> batch = value_of(reader->Next(), file)) {
    append_texts(*batch->column(0), file, names);
    if (columns.label) append_texts(*batch->column(1), file, labels);
  }
  return join(std::move(names), columns.label ? std::optional(std::move(labels)) : std::nullopt);
}

// The lines of a text, without blank ones; `find -print0` ends each with a NUL.
template <class Visit>
void for_each_line(std::string_view text, Visit visit) {
  const char end_of_line = text.find('\0') == std::string_view::npos ? '\n' : '\0';
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(end_of_line), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (end_of_line == '\n' && line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) visit(line, number);
  }
}

std::optional<std::string> text_of(const nlohmann::ordered_json& row, const std::string& title) {
  const auto found = row.find(title);
  if (found == row.end() || found->is_null()) return std::nullopt;
  return found->is_string() ? found->get<std::string>() : found->dump();
}

NameTable read_json_lines(std::string_view text, const std::string& file, Names names, const CollectionOptions& options) {
  NameTable table;
  std::vector<std::string> titles;
  std::optional<NameColumns> columns;
  SharedLabels labels;
  for_each_line(text, [&](std::string_view line, std::size_t number) {
    const auto row = nlohmann::ordered_json::parse(line, nullptr, false);
    if (!row.is_object()) throw_damaged(file, fmt::format("line {} is no JSON object", number));
    if (!columns) {  // the first line says which columns there are
      for (const auto& [title, value] : row.items()) titles.push_back(title);
      columns = find_name_columns(titles, file, names, options);
      if (!columns) throw_no_names(titles, file);
      table.has_labels = columns->label.has_value();
    }
    table.rows.push_back(
        {text_of(row, titles[columns->name]).value_or(""), columns->label ? labels.share(text_of(row, titles[*columns->label])) : nullptr});
  });
  return table;
}

NameTable read_lines(std::string_view text) {
  NameTable table{{}, false, true};
  for_each_line(text, [&](std::string_view line, std::size_t) { table.rows.push_back({std::string(line)}); });
  return table;
}

NameTable read_parquet(std::string_view bytes, const std::string& file, Names names, const CollectionOptions& options) {
  try {
    const auto buffer = std::make_shared<arrow::io::BufferReader>(
        std::make_shared<arrow::Buffer>(reinterpret_cast<const std::uint8_t*>(bytes.data()), static_cast<std::int64_t>(bytes.size())));
    const auto reader = value_of(parquet::arrow::OpenFile(buffer, arrow::default_memory_pool()), file);
    std::shared_ptr<arrow::Schema> schema;
    if (const auto status = reader->GetSchema(&schema); !status.ok()) throw_damaged(file, status.message());
    const auto columns = find_name_columns(schema->field_names(), file, names, options);
    if (!columns) throw_no_names(schema->field_names(), file);
    const auto texts_of = [&](std::size_t column) {
      std::shared_ptr<arrow::ChunkedArray> values;
      if (const auto status = reader->ReadColumn(static_cast<int>(column), &values); !status.ok()) throw_damaged(file, status.message());
      Texts texts;
      for (const auto& chunk : values->chunks()) append_texts(*chunk, file, texts);
      return texts;
    };
    return join(texts_of(columns->name), columns->label ? std::optional(texts_of(*columns->label)) : std::nullopt);
  } catch (const parquet::ParquetException& e) {
    throw_damaged(file, e.what());
  }
}

}  // namespace

bool is_named_like_names(const std::string& file) {
  return std::any_of(kEndings.begin(), kEndings.end(), [&](std::string_view ending) { return ends_like(file, ending); });
}

bool is_text(const Bytes& first_bytes) {
  return !first_bytes.empty() && std::all_of(first_bytes.begin(), first_bytes.end(), [](std::byte byte) {
    const auto c = std::to_integer<unsigned char>(byte);
    return c >= 0x20 || c == '\n' || c == '\r' || c == '\t' || c == '\0';
  });
}

NameTable read_names(const Bytes& bytes, const std::string& file, Names names, const CollectionOptions& columns) {
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (is_table(bytes)) return read_parquet(text, file, names, columns);
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (text.starts_with('{')) return read_json_lines(text, file, names, columns);
  const bool is_csv = ends_like(file, ".csv") || ends_like(file, ".tsv") || names == Names::kIds || !columns.photo_column.empty();
  const auto [titles, delimiter] = find_titles(text);
  if (const auto found = find_name_columns(titles, file, names, columns)) return read_csv(text, delimiter, titles, *found, file);
  if (is_csv) throw_no_names(titles, file);
  return read_lines(text);
}

}  // namespace coulis
