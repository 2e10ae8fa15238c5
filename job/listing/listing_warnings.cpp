#include "job/listing/listing_warnings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string_view>
#include <unordered_map>

#include "core/base/counted.hpp"
#include "job/listing/labels_in_order.hpp"
#include "job/listing/others.hpp"
#include "job/threads/workers.hpp"

namespace coulis {
namespace {

constexpr std::size_t kFewestLabels = 4;  // three photos in three folders are no mistake

// Counts labels by their hashes. Of many labels it keeps a part, those whose hashes end in zeros, and says what they stand for.
class LabelCounter {
 public:
  void add(std::string_view label) { add(std::hash<std::string_view>()(label), false); }

  void add(const LabelCounter& other) {
    keep_those_of(std::max(mask_, other.mask_));
    for (const auto& [hash, has_more] : other.has_more_) add(hash, has_more);
  }

  struct Labels {
    std::size_t all = 0;
    std::size_t with_one_photo = 0;
    bool exact = true;
  };
  Labels count() const {
    const auto alone = std::count_if(has_more_.begin(), has_more_.end(), [](const auto& each) { return !each.second; });
    return {has_more_.size() * (mask_ + 1), static_cast<std::size_t>(alone) * (mask_ + 1), mask_ == 0};
  }

 private:
  void add(std::size_t hash, bool has_more) {
    if ((hash & mask_) != 0) return;
    const auto [found, is_new] = has_more_.emplace(hash, has_more);
    if (!is_new) found->second = true;
    while (has_more_.size() > kMostHashes) keep_those_of(mask_ << 1U | 1U);
  }

  void keep_those_of(std::size_t mask) {
    mask_ = mask;
    std::erase_if(has_more_, [&](const auto& each) { return (each.first & mask_) != 0; });
  }

  static constexpr std::size_t kMostHashes = std::size_t{1} << 18U;

  std::unordered_map<std::size_t, bool> has_more_;  // by hash: whether a second photo has this label
  std::size_t mask_ = 0;
};

std::string rule_of(const ListingOptions& options) {
  return options.label_regex.empty() ? fmt::format("--label-level {}", options.label_level) : "--label-regex";
}

struct Found {
  std::uint64_t photos = 0;
  std::uint64_t unlabelled = 0;
  std::uint64_t unlabelled_by_table = 0;
  std::uint64_t from_input = 0;  // their label is that of INPUT, or of a folder above it
  std::string label_from_input;
  LabelCounter labels;
  std::uint64_t apple_doubles = 0;
  std::uint64_t closed = 0;    // names of a folder tree that no one may look at
  std::string closed_example;  // printable, with the reason

  void add(const Found& later) {
    photos += later.photos;
    unlabelled += later.unlabelled;
    unlabelled_by_table += later.unlabelled_by_table;
    from_input += later.from_input;
    if (label_from_input.empty()) label_from_input = later.label_from_input;
    labels.add(later.labels);
    apple_doubles += later.apple_doubles;
    closed += later.closed;
    if (closed_example.empty()) closed_example = later.closed_example;
  }
};

// A link that leads nowhere is not closed: nothing is behind it.
void look_at_unseen(const ImageRef& image, const Location& input, Found& found) {
  if (image.place.container || !input.traits().local) return;
  const Outcome<Bytes> bytes = input.get(image.key);
  if (bytes || bytes.failure().code != FailureCode::kUnreadable) return;
  if (++found.closed == 1) found.closed_example = fmt::format("{}: {}", printable(image.key), bytes.failure().message);
}

Found look_at(const ImageList& images, const Location& input, const ListingOptions& options) {
  LabelsInOrder labels_in_order(options, input);
  Found found;
  images.for_each([&](const ImageRef& image) {
    if (is_named_like_apple_double(image.key)) ++found.apple_doubles;
    if (!image.seen()) return look_at_unseen(image, input, found);
    const std::string& label = labels_in_order.label_of(image);
    ++found.photos;
    if (label.empty()) {
      ++found.unlabelled;
      found.unlabelled_by_table += image.label ? 1 : 0;
      return;
    }
    found.labels.add(label);
    if (!image.label && options.label_regex.empty() && std::count(image.key.begin(), image.key.end(), '/') < options.label_level) {
      if (++found.from_input == 1) found.label_from_input = label;
    }
  });
  return found;
}

Found look_at_all(const ImageList& images, const Location& input, const ListingOptions& options, int threads) {
  constexpr std::size_t kAtOnce = 64 * kImagesPerBlock;
  Found all;
  make_in_parallel(
      threads, (images.size() + kAtOnce - 1) / kAtOnce,
      [&](std::size_t i) { return look_at(images.slice(i * kAtOnce, kAtOnce), input, options); },
      [&](const Found& found) { all.add(found); });
  return all;
}

}  // namespace

std::vector<std::string> listing_warnings(const Listing& listing, const Location& input, const ListingOptions& options, int threads) {
  const Found found = look_at_all(listing.images, input, options, threads);
  std::vector<std::string> warnings = listing.notes;
  if (found.closed > 0) {
    warnings.push_back(fmt::format("{} below INPUT cannot be looked at ({}): photos there are in no result until a later run can read them",
                                   counted(found.closed, "name"), found.closed_example));
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
  const LabelCounter::Labels labels = found.labels.count();
  if (labels.all >= kFewestLabels && 2 * labels.with_one_photo > labels.all) {
    warnings.push_back(
        fmt::format("{}{} of {} have one photo only: if the label is elsewhere in the path, --label-level or --label-regex finds it",
                    labels.exact ? "" : "about ", labels.with_one_photo, counted(labels.all, "label")));
  }
  const std::uint64_t notes = found.apple_doubles;
  if (notes > 0 && !input.traits().local && !options.no_default_excludes) {
    warnings.push_back(
        fmt::format("{} named like the notes that macOS keeps beside files (._): those that are notes become errors; --exclude "
                    "'._*' leaves them out",
                    notes == 1 ? "1 object is" : fmt::format("{} objects are", notes)));
  }
  return warnings;
}

}  // namespace coulis
