#include "job/listing/listing.hpp"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "core/base/error.hpp"

namespace coulis {
namespace {

// The last five are formats that coulis does not read: listed all the same, so that such a photo is a row in the errors table.
constexpr std::array<std::string_view, 18> kImageEndings = {"jpg", "jpeg", "jpe", "jfif", "png",  "webp", "gif",  "bmp", "dib",
                                                            "tif", "tiff", "mpo", "apng", "heic", "heif", "avif", "jxl", "jp2"};

bool ends_like_an_image(std::string_view key) {
  const std::size_t dot = key.rfind('.');
  if (dot == std::string_view::npos) return false;
  std::string ending(key.substr(dot + 1));
  std::transform(ending.begin(), ending.end(), ending.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::find(kImageEndings.begin(), kImageEndings.end(), ending) != kImageEndings.end();
}

bool matches_any(std::string_view key, const std::vector<std::string>& globs) {
  return std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) { return matches_glob(key, glob); });
}

bool is_wanted(std::string_view key, const ListingOptions& options) {
  const bool included = options.include.empty() ? ends_like_an_image(key) : matches_any(key, options.include);
  return included && !matches_any(key, options.exclude);
}

std::string folder_above(const std::string& path, int level) {
  std::size_t end = path.size();
  for (int i = 0; i < level; ++i) {
    end = path.rfind('/', end == 0 ? 0 : end - 1);
    if (end == std::string::npos || end == 0) return "";
  }
  const std::size_t begin = path.rfind('/', end - 1);
  return path.substr(begin == std::string::npos ? 0 : begin + 1, end - (begin == std::string::npos ? 0 : begin + 1));
}

}  // namespace

bool matches_glob(std::string_view key, const std::string& glob) {
  const std::size_t slash = key.rfind('/');
  const bool whole = glob.find('/') != std::string::npos || slash == std::string_view::npos;
  return fnmatch(glob.c_str(), std::string(whole ? key : key.substr(slash + 1)).c_str(), 0) == 0;
}

Listing list_images(const Location& input, const ListingOptions& options) {
  if (!input.exists()) {
    throw Error(ErrorCode::kStorage, fmt::format("{} does not exist", printable(input.root())), "check the spelling of INPUT");
  }
  return list_images([&](const std::function<void(Entry)>& visit) { input.list("", visit); }, options);
}

Listing list_images(const std::function<void(const std::function<void(Entry)>& visit)>& list_entries, const ListingOptions& options) {
  Listing listing;
  list_entries([&](Entry entry) {
    if (!is_wanted(entry.key, options)) {
      ++listing.ignored;
      return;
    }
    listing.total_bytes += entry.size_bytes;
    listing.images.push_back(std::move(entry));
  });
  // char_traits compares as unsigned: the order of the bytes.
  std::sort(listing.images.begin(), listing.images.end(), [](const ImageRef& a, const ImageRef& b) { return a.key < b.key; });
  return listing;
}

LabelRule::LabelRule(const ListingOptions& options) : level_(options.label_level) {
  if (level_ < 1) throw Error(ErrorCode::kUsage, "--label-level counts from 1, the parent folder");
  if (options.label_regex.empty()) return;
  try {
    regex_.emplace(options.label_regex);
  } catch (const std::regex_error& e) {
    throw Error(ErrorCode::kUsage,
                fmt::format("--label-regex '{}' is not a valid expression: {}", printable_sentence(options.label_regex), e.what()));
  }
  if (regex_->mark_count() == 0) {
    throw Error(ErrorCode::kUsage, fmt::format("--label-regex '{}' has no group", printable_sentence(options.label_regex)),
                "put the label in parentheses: '/([^/]+)/[^/]*$'");
  }
}

std::string LabelRule::label_of(const std::string& path) const {
  if (!regex_) return printable(folder_above(path, level_));
  std::smatch match;
  return std::regex_search(path, match, *regex_) ? printable(match[1].str()) : "";
}

}  // namespace coulis
