#include "job/listing/listing.hpp"

#include <fmt/format.h>
#include <fnmatch.h>

#include <utility>

#include "core/base/error.hpp"
#include "job/listing/image_collector.hpp"

namespace coulis {
namespace {

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

bool matches_folder(std::string_view folder, const std::string& glob) {
  if (glob.size() > 1 && glob.ends_with('/')) return matches_folder(folder, glob.substr(0, glob.size() - 1));
  if (matches_glob(folder, glob)) return true;
  // A '*' at the end takes whatever follows.
  const bool open_ended = glob.ends_with('*') && !glob.ends_with("\\*") && glob.find('/') != std::string::npos;
  return open_ended && fnmatch(glob.c_str(), fmt::format("{}/", folder).c_str(), 0) == 0;
}

Listing list_images(const Location& input, const ListingOptions& options, const Location* maybe_output,
                    const std::function<void()>& visited) {
  if (!input.exists()) {
    throw Error(ErrorCode::kStorage, fmt::format("{} does not exist", printable(input.root())), "check the spelling of INPUT");
  }
  ImageCollector images(options, &input);
  std::vector<std::string> notes;
  input.walk({[&](Entry entry, EntryKind kind) {
                visited();
                images.add(std::move(entry), kind);
              },
              [&](std::string_view folder) { return images.enters(folder); }, [](std::string_view key) { return !is_part_file(key); },
              maybe_output, [&](std::string sentence) { notes.push_back(std::move(sentence)); }});
  Listing listing = std::move(images).listing();
  listing.notes = std::move(notes);
  return listing;
}

Listing list_some_images(const Location& input, const ListingOptions& options, const Location& output) {
  Listing listing = list_images(input, options, &output);
  if (listing.images.empty()) {
    throw Error(ErrorCode::kNothingToRead,
                fmt::format("no photos found in {} ({})", printable(input.root()), describe_in_a_line(listing.passed_over)),
                "check INPUT; --include '*' takes files of any name");
  }
  return listing;
}

Listing list_images(const std::function<void(const std::function<void(Entry)>& visit)>& list_entries, const ListingOptions& options) {
  ImageCollector images(options, nullptr);
  list_entries([&](Entry entry) { images.add(std::move(entry), EntryKind::kFile); });
  return std::move(images).listing();
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

std::string LabelRule::label_of(const ImageRef& image, const Location& input) const {
  return image.label ? printable(*image.label) : label_of(input.path_of(image.key));
}

}  // namespace coulis
