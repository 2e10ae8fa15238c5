// Columns of a CSV or a Parquet file as texts, in batches of rows.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace arrow::io {
class InputStream;
}

namespace coulis {

using Texts = std::vector<std::optional<std::string>>;  // of one column, by row; nothing: null
using VisitTexts = std::function<void(const std::vector<Texts>& columns)>;

struct CsvForm {
  char delimiter = ',';
  std::vector<std::string> titles{};  // empty: its first line holds them
};

// `file` is what errors call it. Both throw Error(kNothingToRead) for one that is damaged.
void read_csv_columns(const std::shared_ptr<arrow::io::InputStream>& text, const CsvForm& form, const std::vector<std::string>& wanted,
                      const std::string& file, const VisitTexts& visit);

// choose: which columns, by their numbers; it is given their titles.
void read_parquet_columns(std::string_view bytes, const std::function<std::vector<std::size_t>(const std::vector<std::string>&)>& choose,
                          const std::string& file, const VisitTexts& visit);

[[noreturn]] void throw_damaged(const std::string& file, const std::string& why);

}  // namespace coulis
