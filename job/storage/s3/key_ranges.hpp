// KeyRanges: which pages of a listing are asked for at once, and in which order they are taken.
//
// A listing is one chain of pages. Ahead of it, keys are guessed and pages are listed from there on. Where the chain arrives at such a key,
// the rest of its page must be what was listed from there: then the range of the guess is its continuation. Otherwise the guess is given up
// and the chain goes on. So the result is that of the chain, whatever was guessed and however the server sorts.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "job/storage/s3/list_page.hpp"
#include "job/storage/s3/page_span.hpp"

namespace coulis::s3 {

struct KeyRange {
  struct Page {
    std::vector<Entry> entries;
    std::size_t taken = 0;
  };

  std::string after;           // its keys are greater, as far as the next range's `after`
  std::string token{};         // of its next page
  std::deque<Page> pages{};    // the last one stays until another follows: what it has beyond the range is what comes next
  std::size_t pages_seen = 0;  // ever
  PageSpan span{};             // of its latest page; before that, of the page from which it was guessed
  std::string last{};          // key
  std::size_t folders = 0;     // that it was meant to hold: `after` is one that was found; 0: it is a guess
  bool busy = false;           // its next page is asked for
  bool complete = false;       // no page follows
  bool given_up = false;
};

// Not thread-safe.
class KeyRanges {
 public:
  // prefix: of all keys. `seen` pages of the chain are taken already; `last` is the latest of them.
  KeyRanges(std::string prefix, std::size_t seen, const ListPage& last);

  // A range whose next page is to be asked for; nothing: there is enough on its way.
  std::shared_ptr<KeyRange> maybe_next();
  void arrived(KeyRange& range, ListPage page);
  void refused(const KeyRange& range);  // the first page of a guess

  // After a page of the range has arrived: the folders below `prefix` and behind `after` are worth a request, whose answer goes to found().
  struct Folders {
    std::string prefix;
    std::string after;
  };
  std::optional<Folders> maybe_folders(const KeyRange& range);
  void found(std::vector<std::string> folders, bool all);

  struct Taken {
    std::vector<Entry> entries{};
    bool at_end = false;  // no more will come
  };
  std::optional<Taken> maybe_take();  // nothing: wait for a page

 private:
  const std::string* maybe_end(std::size_t range) const;
  bool has_arrived_at_end(std::size_t range) const;
  bool needs_page(std::size_t range) const;
  struct Cut {
    std::string key;
    std::size_t folders;
  };
  std::optional<Cut> maybe_cut(std::size_t range) const;
  bool is_beyond_its_folder(std::size_t range) const;
  std::optional<std::string> maybe_guess(const KeyRange& range, std::size_t keys) const;
  const std::string* maybe_folder_after(const std::string& key) const;
  void count_folders(const std::vector<Entry>& keys);
  bool are_folders_small() const;
  std::size_t pages_a_range() const;
  std::size_t folders_a_range() const;
  bool may_guess() const;
  void give_up(std::size_t range);  // the one before it takes its keys
  void give_up_passed(const KeyRange& range);
  void give_up_guessing();

  std::string prefix_;
  std::vector<std::shared_ptr<KeyRange>> ranges_;  // in order of keys; never empty
  std::string above_ = "/";                        // no key begins so
  std::vector<std::string> folders_;               // found below `above_`, sorted
  bool all_folders_ = true;
  bool guessing_ = true;
  double folders_per_page_ = 0;  // that begin there, lately
  bool small_folders_ = false;
  std::string last_folder_ = "/";
  bool asking_folders_ = false;
  std::size_t page_keys_;    // of a full page
  std::size_t pages_ = 0;    // that have arrived
  std::size_t guesses_ = 0;  // requests beside those of the chain
};

}  // namespace coulis::s3
