#include "job/listing/image_collector.hpp"

#include <algorithm>
#include <array>

#include "core/base/lower_case.hpp"

namespace coulis {
namespace {

// The last is a format that coulis does not read: listed all the same, so that such a photo is a row in the errors table.
constexpr std::array<std::string_view, 19> kImageEndings = {"jpg",  "jpeg", "jpe",  "jfif", "png",  "webp", "gif",  "bmp", "dib", "tif",
                                                            "tiff", "mpo",  "apng", "heic", "heif", "hif",  "avif", "jxl", "jp2"};

bool ends_like_an_image(std::string_view key) {
  return std::find(kImageEndings.begin(), kImageEndings.end(), lower_ending(key)) != kImageEndings.end();
}

bool matches_any(std::string_view key, const std::vector<std::string>& globs) {
  return std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) { return matches_glob(key, glob); });
}

}  // namespace

std::optional<Reason> ImageCollector::refuse_folder(std::string_view folder) const {
  const auto& globs = options_.exclude;
  if (std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) { return matches_folder(folder, glob); })) {
    return Reason::kExclude;
  }
  if (!options_.no_default_excludes && is_kept_by_others(folder.substr(folder.rfind('/') + 1))) return Reason::kDefaultExclude;
  return std::nullopt;
}

std::optional<Reason> ImageCollector::refuse_below(std::string_view folder) {
  if (folder == last_folder_) return last_refusal_;
  last_folder_ = folder;
  last_refusal_ = std::nullopt;
  for (std::size_t end = folder.find('/'); !last_refusal_ && end != std::string_view::npos; end = folder.find('/', end + 1)) {
    last_refusal_ = refuse_folder(folder.substr(0, end));
  }
  if (!last_refusal_ && !folder.empty()) last_refusal_ = refuse_folder(folder);
  return last_refusal_;
}

bool ImageCollector::enters(std::string_view folder) {
  const std::optional<Reason> refusal = refuse_folder(folder);
  if (refusal) listing_.passed_over.add_folder(*refusal, folder);
  return !refusal;
}

std::optional<Reason> ImageCollector::refuse(const Entry& entry, EntryKind kind) {
  const std::string_view key = entry.key;
  if (kind == EntryKind::kLeftOut) return Reason::kCoulis;
  const std::size_t slash = key.rfind('/');
  if (const auto refusal = refuse_below(slash == std::string_view::npos ? "" : key.substr(0, slash))) return refusal;
  if (kind == EntryKind::kUnlisted) return std::nullopt;  // was asked for before
  if (matches_any(key, options_.exclude)) return Reason::kExclude;
  if (kind == EntryKind::kUnseen || kind == EntryKind::kUnopened || kind == EntryKind::kNamed) return refuse_folder(key);
  if (kind == EntryKind::kSpecial) return Reason::kSpecial;
  if (options_.include.empty() && !ends_like_an_image(key)) return Reason::kEnding;
  if (!options_.include.empty() && !matches_any(key, options_.include)) return Reason::kInclude;
  // In a bucket each such object would take a request: it is read when its turn comes, and becomes a row of the errors table.
  const bool may_be_notes = !options_.no_default_excludes && maybe_input_ != nullptr && maybe_input_->traits().local;
  if (may_be_notes && is_named_like_apple_double(key)) {
    const Outcome<Bytes> bytes = maybe_input_->get(entry);
    if (bytes && is_apple_double({reinterpret_cast<const char*>(bytes.value().data()), bytes.value().size()})) {
      return Reason::kDefaultExclude;
    }
  }
  return std::nullopt;
}

void ImageCollector::add(Entry entry, EntryKind kind) {
  const std::optional<Reason> refusal = refuse(entry, kind);
  const bool may_be_a_mark = kind == EntryKind::kFile && (refusal || !options_.include.empty());  // none ends like an image
  if (may_be_a_mark) ours_.note(entry.key);
  if (!refusal) {
    listing_.total_bytes += entry.size_bytes;
    images_.add(std::move(entry));
  } else if (kind == EntryKind::kLeftOut && maybe_input_->traits().local) {
    listing_.passed_over.add_folder(*refusal, entry.key);
  } else if (may_be_a_mark && is_named_like_ours(entry.key)) {
    maybe_ours_.emplace_back(std::move(entry.key), *refusal);
  } else {
    listing_.passed_over.add_file(*refusal, entry.key);
  }
}

Listing ImageCollector::listing() && {
  ours_.end();
  for (const auto& [key, reason] : maybe_ours_) listing_.passed_over.add_file(ours_.hold(key) ? Reason::kCoulis : reason, key);
  const auto is_of_others = [&](const ImageRef& image) {
    if (!ours_.hold(image.key)) return true;
    listing_.passed_over.add_file(Reason::kCoulis, image.key);
    listing_.total_bytes -= image.size_bytes;
    return false;
  };
  listing_.images = std::move(images_).sorted(ours_.empty() ? ImageSorter::Keep() : is_of_others);
  return std::move(listing_);
}

}  // namespace coulis
