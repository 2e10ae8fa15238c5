#include "job/collections/name_columns.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

#include "core/base/error.hpp"
#include "core/base/lower_case.hpp"
#include "core/base/printable.hpp"

namespace coulis {
namespace {

// As data sets call them, most telling first; upper case counts as lower case, and '-' and ' ' as '_'.
constexpr std::array<std::string_view, 18> kPlaces = {"path",     "file_path",  "filepath",   "image_path", "img_path", "photo_path",
                                                      "filename", "file_name",  "image_file", "file",       "uri",      "url",
                                                      "s3_uri",   "image_name", "image",      "img",        "photo",    "key"};
constexpr std::array<std::string_view, 6> kIds = {"id", "image_id", "photo_id", "img_id", "uuid", "name"};
constexpr std::array<std::string_view, 6> kLabels = {"label", "labels", "class", "class_name", "category", "target"};

std::string in_one_style(std::string title) {
  title = lower_case(std::move(title));
  std::replace_if(
      title.begin(), title.end(), [](char c) { return c == ' ' || c == '-'; }, '_');
  return title;
}

std::optional<std::size_t> find_one_of(std::span<const std::string_view> wanted, const std::vector<std::string>& titles) {
  for (const std::string_view one : wanted) {
    const auto found = std::find_if(titles.begin(), titles.end(), [&](const std::string& title) { return in_one_style(title) == one; });
    if (found != titles.end()) return static_cast<std::size_t>(found - titles.begin());
  }
  return std::nullopt;
}

std::string list_titles(const std::vector<std::string>& titles) {
  std::vector<std::string> printed(titles.size());
  std::transform(titles.begin(), titles.end(), printed.begin(), [](const std::string& title) { return printable(title); });
  return fmt::format("{}", fmt::join(printed, ", "));
}

std::optional<std::size_t> find_asked(const std::string& asked, const char* flag, const std::vector<std::string>& titles,
                                      const std::string& file) {
  if (asked.empty()) return std::nullopt;
  const auto found = std::find(titles.begin(), titles.end(), asked);
  if (found != titles.end()) return static_cast<std::size_t>(found - titles.begin());
  throw Error(ErrorCode::kUsage, fmt::format("{} has no column {}", printable(file), printable(asked)),
              fmt::format("its columns are {}: name one of them with {}", list_titles(titles), flag));
}

}  // namespace

std::optional<NameColumns> find_name_columns(const std::vector<std::string>& titles, const std::string& file, Names names,
                                             const CollectionOptions& columns) {
  const bool by_id = names == Names::kIds;
  std::optional<std::size_t> name = find_asked(columns.photo_column, "--photo-column", titles, file);
  if (!name) name = find_one_of(kPlaces, titles);
  if (!name && by_id) name = find_one_of(kIds, titles);
  if (!name && by_id && titles.size() > 1) name = 0;
  if (!name) return std::nullopt;
  NameColumns found{*name, find_asked(columns.label_column, "--label-column", titles, file)};
  if (!found.label) found.label = find_one_of(kLabels, titles);
  if (!found.label && by_id && titles.size() == 2) found.label = 1 - *name;
  if (found.label == found.name) found.label = std::nullopt;
  return found;
}

void throw_no_names(const std::vector<std::string>& titles, const std::string& file) {
  throw Error(ErrorCode::kNothingToRead, fmt::format("{} has no column that says where the photos are", printable(file)),
              fmt::format("its columns are {}: name one of them with --photo-column", list_titles(titles)));
}

}  // namespace coulis
