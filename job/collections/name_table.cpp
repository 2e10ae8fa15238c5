#include "job/collections/name_table.hpp"

#include <arrow/buffer.h>
#include <arrow/csv/api.h>
#include <arrow/io/memory.h>
#include <arrow/table.h>
#include <fmt/format.h>

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
#include "job/collections/text_columns.hpp"

namespace coulis {
namespace {

constexpr std::array<std::string_view, 9> kEndings = {".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".txt", ".lst", ".list", ".parquet"};
constexpr std::array<char, 4> kDelimiters = {',', '\t', ';', '|'};

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
  std::vector<std::string> wanted = {titles[columns.name]};
  if (columns.label) wanted.push_back(titles[*columns.label]);
  Texts names;
  Texts labels;
  read_csv_columns(stream_of(text), {delimiter}, wanted, file, [&](const std::vector<Texts>& batch) {
    names.insert(names.end(), batch[0].begin(), batch[0].end());
    if (columns.label) labels.insert(labels.end(), batch[1].begin(), batch[1].end());
  });
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
  bool has_labels = false;
  Texts all_names;
  Texts labels;
  const auto choose = [&](const std::vector<std::string>& titles) {
    const auto columns = find_name_columns(titles, file, names, options);
    if (!columns) throw_no_names(titles, file);
    has_labels = columns->label.has_value();
    std::vector<std::size_t> wanted = {columns->name};
    if (has_labels) wanted.push_back(*columns->label);
    return wanted;
  };
  read_parquet_columns(bytes, choose, file, [&](const std::vector<Texts>& batch) {
    all_names.insert(all_names.end(), batch[0].begin(), batch[0].end());
    if (has_labels) labels.insert(labels.end(), batch[1].begin(), batch[1].end());
  });
  return join(std::move(all_names), has_labels ? std::optional(std::move(labels)) : std::nullopt);
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
