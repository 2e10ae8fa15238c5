// Location: a folder or the part of a bucket below a prefix, behind a narrow door: list, get, put, remove.
// Keys are raw bytes, '/' between folders.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/outcome.hpp"
#include "core/base/printable.hpp"  // a key is raw bytes: for people it is printed
#include "job/storage/storage_options.hpp"

namespace coulis {

using Bytes = std::vector<std::byte>;

struct Entry;

// Where the bytes of a photo are that lies in another object. job/collections knows what the numbers mean.
struct Place {
  std::shared_ptr<const Entry> container{};  // shared by all that lie in it; null: the photo is an object of its own
  std::uint64_t offset = 0;
  std::uint64_t stored_bytes = 0;
  std::uint32_t checksum = 0;
  std::uint8_t packing = 0;
};

struct Entry {
  std::string key;  // below the location, without a leading '/'; "" is the location itself, if that is an object
  std::uint64_t size_bytes = 0;
  std::int64_t mtime_ns = 0;
  std::string etag{};  // of an object in a bucket or a container: another one means other bytes; empty for a file
  Place place{};
  std::shared_ptr<const std::string> label{};  // given by a list or a table of labels, maybe empty; null: the label rule finds it

  bool seen() const { return mtime_ns != 0 || size_bytes != 0 || !etag.empty(); }  // false: it could not be looked at
};

enum class EntryKind {
  kFile,
  kSpecial,   // a pipe, socket or device
  kUnseen,    // a name that cannot be looked at: a file or a folder, nobody knows
  kUnlisted,  // a folder that cannot be looked into
  kUnopened,  // an archive that cannot be looked into
  kNamed,     // a list names it as a photo, whatever its ending
  kLeftOut,   // `Walk::left_out`, or an object below it
};

struct Piece {
  std::uint64_t number = 0;  // from 0, without gaps
  std::uint64_t offset = 0;  // of its first byte in the object
  std::span<const std::byte> bytes;
};

class Location;

// How to go through what lies below a location that others have filled.
struct Walk {
  std::function<void(Entry, EntryKind)> visit;
  std::function<bool(std::string_view folder)> enters;   // asked before a folder is opened, with its key; a bucket has no folders
  std::function<bool(std::string_view key)> opens = {};  // asked before an archive or a table is opened; not opened, it is a file
  const Location* left_out = nullptr;                    // not looked into, however it is reached; may be null
  std::function<void(std::string)> note = {};            // a sentence on what was met that a person should know
};

// What kind of place a location is, for those who adapt to it.
struct StoreTraits {
  bool local = false;       // files of this machine: looking at one costs nothing
  int useful_requests = 1;  // more at a time do not make it faster
  bool locks = true;        // a second run on the same OUTPUT is refused
  // The fewest bytes of a piece, except the last of an object; 0: it has no objects in pieces.
  std::uint64_t piece_bytes = 0;

  // Of a stage with that many threads that reads whole files and does little with them.
  int readers(int threads) const { return std::max(threads, std::min(useful_requests, 32)); }
};

class Store;
class PendingObject;

// A handle: copies are the same place. Its functions may be called from several threads.
class Location {
 public:
  // A path, or "s3://bucket/prefix", "gs://...", "abfss://...". Relative paths are made absolute; `..` leads where the system says, and is
  // kept in a bucket. It need not exist; nothing is asked of the network yet. Throws Error(kUsage) for a scheme that is not supported.
  explicit Location(const std::string& uri, const StorageOptions& options = {});

  // The same place, with what `view` makes of its store.
  using View = std::function<std::shared_ptr<const Store>(std::shared_ptr<const Store>)>;
  Location seen_through(const View& view) const;

  Location another(const std::string& uri) const;  // reached in the same way
  Location beside(const Location& other) const;    // the same, and another(printable root of the other) is the other

  const std::string& root() const { return root_; }  // as a person would type it, without a trailing '/'
  std::string path_of(std::string_view key) const;   // raw bytes
  StoreTraits traits() const;
  std::uint64_t max_photo_bytes() const { return options_.max_photo_bytes; }
  bool exists() const;  // a bucket exists whatever its prefix holds

  // Calls `visit` for each file below `prefix` (a folder key, or "" for all), in no order. Links are followed, loops are not.
  // A prefix that does not exist has no files. Throws Error(kStorage) for a folder that cannot be listed: nothing is left out in silence.
  void list(std::string_view prefix, const std::function<void(Entry)>& visit) const;

  // The same for what a person has put there: what cannot be looked at is visited too, and reading it says why. Throws Error(kStorage)
  // where the location itself cannot be listed.
  void walk(const Walk& walk) const;

  // Whole file. What goes wrong is Failure{kRead, kVanished | kUnreadable}; Error(kStorage) if it is the place and not the file.
  Outcome<Bytes> get(std::string_view key) const;
  Outcome<Bytes> get(const Entry& entry) const;    // as it was listed, or Failure{kRead, kChanged}
  Bytes get_or_throw(std::string_view key) const;  // for our own files: Error(kStorage)
  bool has(std::string_view key) const;
  std::optional<std::uint64_t> maybe_size(std::string_view key) const;  // nothing: there is no such object
  // As far as the object goes. Throws Error(kStorage).
  Bytes get_range(std::string_view key, std::uint64_t offset, std::uint64_t size_bytes) const;
  void will_need(const Entry& entry) const;  // a hint that get(entry) comes soon: its bytes may be fetched in the background

  // The key holds the whole object afterwards. If this throws Error(kStorage) it holds what it held before, or nothing.
  void put(std::string_view key, std::span<const std::byte> bytes) const;
  void put(std::string_view key, std::string_view text) const;

  // An object in pieces, where traits().piece_bytes is not 0. Any process may put them, at once, in any order, and one twice. Nothing of
  // the object is visible before finish_pieces(). These throw Error(kStorage).
  std::string begin_pieces(std::string_view key) const;                                              // its ticket
  std::string put_piece(std::string_view key, const std::string& ticket, const Piece& piece) const;  // the piece's receipt
  void finish_pieces(std::string_view key, const std::string& ticket, const std::vector<std::string>& receipts) const;  // by number
  void drop_pieces(std::string_view key, const std::string& ticket) const noexcept;  // as far as it can: leftovers are removed later

  void remove(std::string_view key) const;  // a missing key is fine
  // What killed runs have begun to put under keys with one of these beginnings.
  void remove_leftovers(std::span<const std::string_view> beginnings) const;

  std::string warning() const;  // of something that a person should know of what was read; usually empty

  void stop() const;  // the run ends: calls that wait for a server to recover throw Error(kInterrupted)

 private:
  friend class Lock;
  friend class PutStream;

  StorageOptions options_;
  std::string root_;
  std::shared_ptr<const Store> store_;
  std::shared_ptr<const Location> maybe_beside_;
};

// A put in pieces, for objects larger than memory should hold. Nothing is visible before commit().
class PutStream {
 public:
  PutStream(const Location& location, std::string_view key);
  ~PutStream();
  PutStream(const PutStream&) = delete;
  PutStream& operator=(const PutStream&) = delete;

  void write(std::span<const std::byte> bytes);
  void commit();

 private:
  std::unique_ptr<PendingObject> object_;
};

std::size_t scheme_length(std::string_view uri);  // of "s3://bucket/x": 5; 0: it is a path, such as "./a://b"
std::string shown_place(const std::string& uri);  // printable, without the query of gs:// and abfss://, which may hold a secret

}  // namespace coulis
