#include "job/storage/s3/key_ranges.hpp"

#include <algorithm>

namespace coulis::s3 {
namespace {

constexpr std::size_t kMostRanges = 64;
constexpr std::size_t kMostPages = 256;          // held: 64 MB of usual keys
constexpr std::size_t kMostPagesOfARange = 8;    // held
constexpr std::size_t kPagesOfARange = 8;        // as guessed
constexpr std::size_t kPagesForAGuess = 4;       // a quarter of all requests are guesses or in vain, at most

bool is_sorted(const std::vector<Entry>& entries, const std::string& after) {
  const std::string* last = &after;
  for (const Entry& entry : entries) {
    if (entry.key < *last) return false;
    last = &entry.key;
  }
  return true;
}

std::size_t count_up_to(const KeyRange::Page& page, const std::string* maybe_end) {
  const std::vector<Entry>& entries = page.entries;
  if (maybe_end == nullptr) return entries.size();
  const auto beyond = std::upper_bound(entries.begin() + static_cast<std::ptrdiff_t>(page.taken), entries.end(), *maybe_end,
                                       [](const std::string& end, const Entry& entry) { return end < entry.key; });
  return static_cast<std::size_t>(beyond - entries.begin());
}

// Whether what one page has beyond its range begins as the other one does.
bool is_continued(const KeyRange::Page& page, const std::vector<Entry>& next) {
  const std::size_t beyond = page.entries.size() - page.taken;
  const std::size_t both = std::min(beyond, next.size());
  if (both == 0) return beyond == next.size();
  const auto begin = page.entries.begin() + static_cast<std::ptrdiff_t>(page.taken);
  return std::equal(begin, begin + static_cast<std::ptrdiff_t>(both), next.begin(),
                    [](const Entry& a, const Entry& b) { return a.key == b.key; });
}

}  // namespace

KeyRanges::KeyRanges(std::string prefix, std::size_t seen, const ListPage& last) : prefix_(std::move(prefix)), page_keys_(last.entries.size()), pages_(seen) {
  KeyRange chain{""};
  chain.token = last.next;
  chain.complete = last.next.empty();
  chain.pages_seen = seen;
  chain.span = span_of(last.entries);
  chain.last = chain.span.last;
  guessing_ = is_sorted(last.entries, "");
  ranges_.push_back(std::make_shared<KeyRange>(std::move(chain)));
}

const std::string* KeyRanges::maybe_end(std::size_t range) const {
  return range + 1 < ranges_.size() ? &ranges_[range + 1]->after : nullptr;
}

bool KeyRanges::has_arrived_at_end(std::size_t range) const {
  const std::string* end = maybe_end(range);
  const KeyRange& it = *ranges_[range];
  return it.complete || (end != nullptr && !it.pages.empty() && !it.pages.back().entries.empty() && it.pages.back().entries.back().key > *end);
}

bool KeyRanges::needs_page(std::size_t range) const {
  const KeyRange& it = *ranges_[range];
  const bool room = range == 0 || pages_held_ < kMostPages;
  return !it.busy && room && it.pages.size() < kMostPagesOfARange && !has_arrived_at_end(range);
}

bool KeyRanges::may_guess() const {
  return guessing_ && guesses_ < pages_ / kPagesForAGuess && pages_held_ < kMostPages;
}

const std::string* KeyRanges::maybe_folder_after(const std::string& key) const {
  const auto found = std::upper_bound(folders_.begin(), folders_.end(), key);
  return found == folders_.end() ? nullptr : &*found;
}

std::optional<std::string> KeyRanges::maybe_guess(const KeyRange& range, std::size_t keys) const {
  const std::string& from = range.pages_seen > 0 ? range.last : range.after;
  if (range.from_folder && range.pages_seen == 0) return std::nullopt;
  if (std::optional<std::string> key = key_ahead(range.span, from, keys, prefix_)) return key;
  if (!range.span.in_one_folder()) return std::nullopt;
  const std::string_view folder = folder_of_key(from);
  if (folder.size() < prefix_.size()) return std::nullopt;
  return std::string(folder) + "~";  // behind most names of ASCII
}

// Where the range is cut in two. A range of the size that was meant is left as it is.
std::optional<std::string> KeyRanges::maybe_cut(std::size_t range, bool& from_folder) const {
  const KeyRange& it = *ranges_[range];
  if (has_arrived_at_end(range)) return std::nullopt;
  const std::string& from = it.pages_seen > 0 ? it.last : it.after;
  const std::string* end = maybe_end(range);
  const auto fits = [&](const std::string& key) { return key > from && (end == nullptr || key < *end); };
  const std::string* folder = small_folders_ && !(it.pages_seen > 0 && !it.span.in_one_folder()) ? maybe_folder_after(from) : nullptr;
  std::optional<std::string> guess = maybe_guess(it, kPagesOfARange * page_keys_);
  from_folder = folder != nullptr && (!guess || *folder <= *guess || it.pages_seen < kPagesOfARange);
  if (from_folder) return fits(*folder) ? std::optional(*folder) : std::nullopt;
  if (!guess || !fits(*guess)) return std::nullopt;
  if (end != nullptr) {
    const std::optional<std::string> further = maybe_guess(it, 2 * kPagesOfARange * page_keys_);
    if (further && *further >= *end) return std::nullopt;
  }
  return guess;
}

std::shared_ptr<KeyRange> KeyRanges::maybe_next() {
  for (std::size_t i = 0; i < ranges_.size(); ++i) {
    if (needs_page(i)) {
      ranges_[i]->busy = true;
      return ranges_[i];
    }
    if (!may_guess()) continue;
    bool from_folder = false;
    const std::optional<std::string> cut = maybe_cut(i, from_folder);
    if (!cut) continue;
    if (ranges_.size() == kMostRanges) {  // what comes first is needed first
      if (i + 2 >= ranges_.size() || ranges_.back()->busy) continue;
      give_up(ranges_.size() - 1);
    }
    ++guesses_;
    KeyRange next{*cut};
    next.span = ranges_[i]->span;
    next.from_folder = from_folder;
    next.busy = true;
    const auto at = ranges_.begin() + static_cast<std::ptrdiff_t>(i + 1);
    return *ranges_.insert(at, std::make_shared<KeyRange>(std::move(next)));
  }
  return nullptr;
}

void KeyRanges::arrived(KeyRange& range, ListPage page) {
  range.busy = false;
  if (range.given_up) return;
  if (!is_sorted(page.entries, range.pages_seen > 0 ? range.last : range.after)) {
    give_up_guessing();  // it sorts in another way, or does not know start-after
    if (range.given_up) return;
  }
  ++pages_;
  page_keys_ = std::max(page_keys_, page.entries.size());
  ++pages_held_;
  ++range.pages_seen;
  if (!page.entries.empty()) {
    range.span = span_of(page.entries);
    range.last = range.span.last;
  }
  range.token = std::move(page.next);
  range.complete = range.token.empty();
  range.pages.push_back({std::move(page.entries)});
}

void KeyRanges::refused(const KeyRange& range) {
  if (!range.given_up) give_up_guessing();
}

void KeyRanges::give_up(std::size_t range) {
  ranges_[range]->given_up = true;
  pages_held_ -= ranges_[range]->pages.size();
  guesses_ += ranges_[range]->pages.size();  // which were in vain
  ranges_.erase(ranges_.begin() + static_cast<std::ptrdiff_t>(range));
}

void KeyRanges::give_up_guessing() {
  guessing_ = false;
  while (ranges_.size() > 1) give_up(ranges_.size() - 1);
}

// Whether a range has begun in the midst of the folder.
bool KeyRanges::has_cut_in(std::string_view folder) const {
  return std::any_of(ranges_.begin(), ranges_.end(), [&](const std::shared_ptr<KeyRange>& range) {
    return range->pages_seen > 0 && !range->from_folder && range->after.starts_with(folder) && range->span.first.starts_with(folder);
  });
}

std::optional<KeyRanges::Folders> KeyRanges::maybe_folders(const KeyRange& guessed) {
  if (guessed.given_up || guessed.pages_seen != 1 || guessed.pages.empty() || guessed.pages.back().entries.empty()) return std::nullopt;
  if (!guessed.span.in_one_folder()) {
    small_folders_ = false;  // many of them on a page: no place to cut
    return std::nullopt;
  }
  if (guessed.from_folder) return std::nullopt;
  const std::string& first = guessed.span.first;
  const std::string_view folder = folder_of_key(guessed.after);
  small_folders_ = !first.starts_with(folder) && !has_cut_in(folder);
  if (!small_folders_ || asking_folders_ || maybe_folder_after(first) != nullptr || !may_guess()) return std::nullopt;
  const auto differs = std::mismatch(first.begin(), first.end(), guessed.after.begin(), guessed.after.end()).first;
  const std::string above(folder_of_key({first.data(), static_cast<std::size_t>(differs - first.begin())}));
  if (above.size() < prefix_.size()) return std::nullopt;
  asking_folders_ = true;
  ++guesses_;
  return Folders{above, first.substr(0, first.find('/', above.size())) + "/~"};
}

void KeyRanges::found(std::vector<std::string> folders) {
  asking_folders_ = false;
  std::sort(folders.begin(), folders.end());
  folders_ = std::move(folders);
}

std::optional<KeyRanges::Taken> KeyRanges::maybe_take() {
  while (true) {
    KeyRange& chain = *ranges_.front();
    if (chain.pages.empty()) return chain.complete ? std::optional(Taken{{}, true}) : std::nullopt;
    KeyRange::Page& page = chain.pages.front();
    const std::size_t in_range = count_up_to(page, maybe_end(0));
    if (page.taken < in_range) {
      const auto begin = page.entries.begin();
      Taken taken{{std::make_move_iterator(begin + static_cast<std::ptrdiff_t>(page.taken)),
                   std::make_move_iterator(begin + static_cast<std::ptrdiff_t>(in_range))}};
      page.taken = in_range;
      return taken;
    }
    if (chain.pages.size() > 1) {
      chain.pages.pop_front();
      --pages_held_;
      continue;
    }
    if (!has_arrived_at_end(0)) return std::nullopt;
    if (ranges_.size() == 1) return Taken{{}, true};
    const KeyRange& next = *ranges_[1];
    if (next.pages.empty()) return std::nullopt;
    if (is_continued(page, next.pages.front().entries)) {
      pages_held_ -= chain.pages.size();
      chain.given_up = true;
      ranges_.erase(ranges_.begin());
    } else {
      give_up(1);
    }
  }
}

}  // namespace coulis::s3
