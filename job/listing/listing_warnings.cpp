#include "job/listing/listing_warnings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string_view>

#include "core/base/counted.hpp"
#include "job/listing/others.hpp"

namespace coulis {
namespace {

constexpr std::size_t kFewestLabels = 4;  // three photos in three folders are no mistake

// Labels as hashes: a label for each of two million photos would take a quarter of a gigabyte.
class LabelCount {
 public:
  void add(std::string_view label) { hashes_.push_back(std::hash<std::string_view>()(label)); }

  struct Labels {
    std::size_t all = 0;
    std::size_t with_one_photo = 0;
  };
  Labels count() {
    std::sort(hashes_.begin(), hashes_.end());
    Labels labels;
    for (std::size_t begin = 0, end = 0; begin < hashes_.size(); begin = end) {
      while (end < hashes_.size() && hashes_[end] == hashes_[begin]) ++end;
      ++labels.all;
      if (end - begin == 1) ++labels.with_one_photo;
    }
    return labels;
  }

 private:
  std::vector<std::size_t> hashes_;
};

std::string_view folder_of(std::string_view key) {
  return key.substr(0, std::min(key.rfind('/') + 1, key.size()));
}

std::string rule_of(const ListingOptions& options) {
  return options.label_regex.empty() ? fmt::format("--label-level {}", options.label_level) : "--label-regex";
}

// Names of a folder tree that no one may look at. A link that leads nowhere is none of them: nothing is behind it.
struct Closed {
  std::uint64_t names = 0;
  std::string example;  // printable, with the reason
};

Closed find_closed(const std::vector<ImageRef>& images, const Location& input) {
  Closed closed;
  for (const ImageRef& image : images) {
    if (image.seen() || image.place.container || !input.traits().local) continue;
    const Outcome<Bytes> bytes = input.get(image.key);
    if (bytes || bytes.failure().code != FailureCode::kUnreadable) continue;
    if (++closed.names == 1) closed.example = fmt::format("{}: {}", printable(image.key), bytes.failure().message);
  }
  return closed;
}

struct Found {
  std::uint64_t photos = 0;
  std::uint64_t unlabelled = 0;
  std::uint64_t unlabelled_by_table = 0;
  std::uint64_t from_input = 0;  // their label is that of INPUT, or of a folder above it
  std::string label_from_input;
  LabelCount::Labels labels;
};

Found look_at(const std::vector<ImageRef>& images, const Location& input, const ListingOptions& options) {
  const LabelRule rule(options);
  Found found;
  LabelCount labels;
  std::string_view folder = "/";  // no key begins with it
  std::string label;
  bool given = false;
  for (const ImageRef& image : images) {
    if (!image.seen()) continue;
    const bool as_before = options.label_regex.empty() && folder_of(image.key) == folder && !given && !image.label;
    if (!as_before) label = rule.label_of(image, input);
    folder = folder_of(image.key);
    given = image.label != nullptr;
    ++found.photos;
    if (label.empty()) {
      ++found.unlabelled;
      found.unlabelled_by_table += given ? 1 : 0;
      continue;
    }
    labels.add(label);
    if (!given && options.label_regex.empty() && std::count(folder.begin(), folder.end(), '/') < options.label_level) {
      ++found.from_input;
      found.label_from_input = label;
    }
  }
  found.labels = labels.count();
  return found;
}

}  // namespace

std::vector<std::string> listing_warnings(const Listing& listing, const Location& input, const ListingOptions& options) {
  const std::vector<ImageRef>& images = listing.images;
  const Found found = look_at(images, input, options);
  std::vector<std::string> warnings = listing.notes;
  if (const Closed closed = find_closed(images, input); closed.names > 0) {
    warnings.push_back(fmt::format("{} below INPUT cannot be looked at ({}): photos there are in no result until a later run can read them",
                                   counted(closed.names, "name"), closed.example));
  }
  const std::string of_photos = fmt::format("of {}", counted(found.photos, "photo"));
  if (found.unlabelled > 0) {
    warnings.push_back(fmt::format("{} {} {} no label by {}", found.unlabelled, of_photos, found.unlabelled == 1 ? "has" : "have",
                                   found.unlabelled_by_table == found.unlabelled ? "the table of labels" : rule_of(options)));
  }
  const bool meant = found.from_input == found.photos && options.label_level == 1;  // one folder of photos, without labels
  if (found.from_input > 0 && !meant) {
    const auto level = static_cast<std::uint64_t>(options.label_level);
    const std::string where = level == 1 ? "directly in INPUT" : fmt::format("less than {} below INPUT", counted(level, "folder"));
    warnings.push_back(fmt::format("{} {} {} {}: {} label is the name of INPUT or of a folder above it, such as '{}'", found.from_input,
                                   of_photos, found.from_input == 1 ? "lies" : "lie", where, found.from_input == 1 ? "its" : "their",
                                   found.label_from_input));
  }
  const LabelCount::Labels labels = found.labels;
  if (labels.all >= kFewestLabels && 2 * labels.with_one_photo > labels.all) {
    warnings.push_back(
        fmt::format("{} of {} have one photo only: if the label is elsewhere in the path, --label-level or --label-regex finds it",
                    labels.with_one_photo, counted(labels.all, "label")));
  }
  const auto notes = static_cast<std::uint64_t>(
      std::count_if(images.begin(), images.end(), [](const ImageRef& image) { return is_named_like_apple_double(image.key); }));
  if (notes > 0 && !input.traits().local && !options.no_default_excludes) {
    warnings.push_back(
        fmt::format("{} named like the notes that macOS keeps beside files (._): those that are notes become errors; --exclude "
                    "'._*' leaves them out",
                    notes == 1 ? "1 object is" : fmt::format("{} objects are", notes)));
  }
  return warnings;
}

}  // namespace coulis
