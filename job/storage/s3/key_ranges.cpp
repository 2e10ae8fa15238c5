#include "job/storage/s3/key_ranges.hpp"

#include <algorithm>

namespace coulis::s3 {
namespace {

constexpr std::size_t kMostPages = 450;     // held: 100 MB of usual keys
constexpr std::size_t kPagesOfARange = 6;   // as guessed; a folder may have more
constexpr double kMostPagesOfAFolder = 24;  // that is a range
constexpr std::size_t kMorePages = 2;       // than a range was meant to have may be held
constexpr double kMostFoldersOfAPage = 50;  // of more, a request for their names tells little
constexpr double kPagesOfAnAverage = 64;
constexpr std::ptrdiff_t kFewFolders = 300;
constexpr std::size_t kPagesForAGuess = 4;  // a quarter of all requests are guesses or in vain, at most

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

KeyRanges::KeyRanges(std::string prefix, std::size_t seen, const ListPage& last)
    : prefix_(std::move(prefix)), page_keys_(last.entries.size()), pages_(seen) {
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
  return it.complete ||
         (end != nullptr && !it.pages.empty() && !it.pages.back().entries.empty() && it.pages.back().entries.back().key > *end);
}

bool KeyRanges::needs_page(std::size_t range) const {
  const KeyRange& it = *ranges_[range];
  return !it.busy && it.pages.size() < pages_a_range() + kMorePages && !has_arrived_at_end(range);
}

bool KeyRanges::may_guess() const {
  return guessing_ && guesses_ < pages_ / kPagesForAGuess;
}

std::size_t KeyRanges::pages_a_range() const {
  if (!are_folders_small()) return kPagesOfARange;
  return std::max(kPagesOfARange, static_cast<std::size_t>(1 / folders_per_page_ + 0.5));
}

std::size_t KeyRanges::folders_a_range() const {
  return std::max<std::size_t>(1, static_cast<std::size_t>(folders_per_page_ * kPagesOfARange + 0.5));
}

// As many folders on as make a range.
const std::string* KeyRanges::maybe_folder_after(const std::string& key) const {
  const auto found = std::upper_bound(folders_.begin(), folders_.end(), key);
  const auto left = static_cast<std::size_t>(folders_.end() - found);
  return left == 0 ? nullptr : &*(found + static_cast<std::ptrdiff_t>(std::min(left, folders_a_range()) - 1));
}

std::optional<std::string> KeyRanges::maybe_guess(const KeyRange& range, std::size_t keys) const {
  if (range.pages_seen == 0 && (range.folders > 0 || are_folders_small())) return std::nullopt;
  const std::string& from = range.pages_seen > 0 ? range.last : range.after;
  if (std::optional<std::string> key = key_ahead(range.span, from, keys, prefix_)) return key;
  const std::string_view folder = folder_of_key(from);
  if (range.span.folders != 1 || folder.size() < prefix_.size()) return std::nullopt;
  return std::string(folder) + "~";  // behind most names of ASCII
}

// Whether as many guesses before it are still on their way as a folder has ranges, of late: further ones would all lead to the next folder.
bool KeyRanges::is_beyond_its_folder(std::size_t range) const {
  if (ranges_[range]->span.folders > 1) return false;
  std::size_t pages = 0;
  for (std::size_t i = range; ranges_[i]->pages_seen == 0 && i > 0; --i) pages += kPagesOfARange;
  return static_cast<double>(pages) * folders_per_page_ >= 1;
}

// Where the range is cut in two. A range of the size that was meant is left as it is.
std::optional<KeyRanges::Cut> KeyRanges::maybe_cut(std::size_t range) const {
  const KeyRange& it = *ranges_[range];
  if (has_arrived_at_end(range)) return std::nullopt;
  const std::string& from = it.pages_seen > 0 ? it.last : it.after;
  const std::string* end = maybe_end(range);
  const auto fits = [&](const std::string& key) { return key > from && (end == nullptr || key < *end); };
  if (are_folders_small() && it.pages_seen < 2 * pages_a_range()) {
    const std::string* folder = maybe_folder_after(from);
    if (folder != nullptr) return fits(*folder) ? std::optional(Cut{*folder, folders_a_range()}) : std::nullopt;
    if (it.folders > 0 && end != nullptr) return std::nullopt;
  }
  if (is_beyond_its_folder(range)) return std::nullopt;
  const std::optional<std::string> guess = maybe_guess(it, kPagesOfARange * page_keys_);
  if (!guess || !fits(*guess)) return std::nullopt;
  if (end != nullptr) {
    const std::optional<std::string> further = maybe_guess(it, 2 * kPagesOfARange * page_keys_);
    if (further && *further >= *end) return std::nullopt;
  }
  return Cut{*guess, 0};
}

std::shared_ptr<KeyRange> KeyRanges::maybe_next() {
  for (std::size_t i = 0; i < ranges_.size(); ++i) {
    if (needs_page(i)) {
      ranges_[i]->busy = true;
      return ranges_[i];
    }
    if (!may_guess()) continue;
    const std::optional<Cut> cut = maybe_cut(i);
    if (!cut) continue;
    if (ranges_.size() >= kMostPages / (pages_a_range() + kMorePages)) {  // what comes first is needed first
      if (i + 2 >= ranges_.size() || ranges_.back()->busy) continue;
      give_up(ranges_.size() - 1);
    }
    ++guesses_;
    KeyRange next{cut->key};
    next.span = ranges_[i]->span;
    next.folders = cut->folders;
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
  ++range.pages_seen;
  if (!page.entries.empty()) {
    range.span = span_of(page.entries);
    range.last = range.span.last;
  }
  range.token = std::move(page.next);
  range.complete = range.token.empty();
  range.pages.push_back({std::move(page.entries)});
  give_up_passed(range);
}

// Between a guess and the first key behind it there are no keys: of guesses there, one is enough.
void KeyRanges::give_up_passed(const KeyRange& range) {
  const std::vector<Entry>& page = range.pages.back().entries;
  if (range.pages_seen > 1 || (page.empty() && !range.complete)) return;
  const auto at = std::find_if(ranges_.begin(), ranges_.end(), [&](const auto& one) { return one.get() == &range; });
  const auto self = static_cast<std::size_t>(at - ranges_.begin());
  while (self > 0 && self + 1 < ranges_.size() && (page.empty() || ranges_[self + 1]->after < page.front().key)) {
    if (ranges_[self + 1]->pages_seen > 0) return give_up(self);
    give_up(self + 1);
  }
}

void KeyRanges::refused(const KeyRange& range) {
  if (!range.given_up) give_up_guessing();
}

void KeyRanges::give_up(std::size_t range) {
  ranges_[range]->given_up = true;
  guesses_ += std::max<std::size_t>(ranges_[range]->pages.size(), 1) - 1;  // in vain, beside the guess itself
  ranges_.erase(ranges_.begin() + static_cast<std::ptrdiff_t>(range));
}

void KeyRanges::give_up_guessing() {
  guessing_ = false;
  while (ranges_.size() > 1) give_up(ranges_.size() - 1);
}

// One is a range, or several are.
bool KeyRanges::are_folders_small() const {
  return small_folders_ && folders_per_page_ < kMostFoldersOfAPage;
}

// Of keys that are taken: how many folders begin on a page, lately.
void KeyRanges::count_folders(const std::vector<Entry>& keys) {
  double begun = 0;
  for (const Entry& entry : keys) {
    const std::string_view folder = folder_of_key(entry.key);
    if (folder == last_folder_) continue;
    ++begun;
    last_folder_ = folder;
  }
  const double pages = static_cast<double>(keys.size()) / static_cast<double>(page_keys_);
  folders_per_page_ += (begun - folders_per_page_ * pages) / kPagesOfAnAverage;
  const double least = 1 / kMostPagesOfAFolder;
  small_folders_ = folders_per_page_ > (small_folders_ ? least / 2 : least);  // no going to and fro
}

std::optional<KeyRanges::Folders> KeyRanges::maybe_folders(const KeyRange& range) {
  if (!are_folders_small() || asking_folders_ || range.given_up || !may_guess()) return std::nullopt;
  const auto left = folders_.end() - std::upper_bound(folders_.begin(), folders_.end(), ranges_.back()->after);
  if (left > kFewFolders) return std::nullopt;
  Folders wanted{above_, folders_.empty() ? "" : folders_.back() + "~"};
  if (all_folders_) {  // of those above
    const std::string_view folder = folder_of_key(range.span.first);
    const std::string_view above = folder_of_key(folder.substr(0, folder.empty() ? 0 : folder.size() - 1));
    const bool further = left == 0 && !folder.empty() && above != above_ && above.size() >= prefix_.size();
    if (!further || &range != ranges_.back().get()) return std::nullopt;
    wanted = {std::string(above), std::string(folder) + "~"};
    folders_.clear();
  }
  above_ = wanted.prefix;
  asking_folders_ = true;
  ++guesses_;
  return wanted;
}

void KeyRanges::found(std::vector<std::string> folders, bool all) {
  asking_folders_ = false;
  all_folders_ = all || folders.empty();
  const auto passed = std::upper_bound(folders_.begin(), folders_.end(), ranges_.front()->after);
  folders_.erase(folders_.begin(), passed);
  folders_.insert(folders_.end(), std::make_move_iterator(folders.begin()), std::make_move_iterator(folders.end()));
  std::sort(folders_.begin(), folders_.end());
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
      count_folders(taken.entries);
      return taken;
    }
    if (chain.pages.size() > 1) {
      chain.pages.pop_front();
      continue;
    }
    if (!has_arrived_at_end(0)) return std::nullopt;
    if (ranges_.size() == 1) return Taken{{}, true};
    const KeyRange& next = *ranges_[1];
    if (next.pages.empty()) return std::nullopt;
    if (is_continued(page, next.pages.front().entries)) {
      chain.given_up = true;
      ranges_.erase(ranges_.begin());
    } else {
      give_up(1);
    }
  }
}

}  // namespace coulis::s3
