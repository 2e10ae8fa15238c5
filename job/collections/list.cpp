#include "job/collections/list.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/whole_number.hpp"
#include "job/collections/archive.hpp"
#include "job/collections/list_store.hpp"
#include "job/collections/name_table.hpp"
#include "job/collections/ranges.hpp"
#include "job/collections/table.hpp"
#include "job/storage/absolute_path.hpp"
#include "job/storage/percent_decode.hpp"

namespace coulis {
namespace {

constexpr std::uint64_t kFirstBytes = 4096;

struct List {
  std::string name;    // for people
  std::string folder;  // what relative names count from, without a trailing '/'
  NameTable table;
};

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

Bytes read_stdin() {
  Bytes all;
  std::array<std::byte, 1 << 16> piece{};
  while (true) {
    const ssize_t count = read(STDIN_FILENO, piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw Error(ErrorCode::kStorage, fmt::format("stdin cannot be read: {}", std::strerror(errno)));
    if (count == 0) return all;
    all.insert(all.end(), piece.begin(), piece.begin() + count);
  }
}

// "shard-{000..127}.tar", as a shell's braces with zeros kept.
std::optional<NameTable> maybe_expand(const std::string& uri) {
  const std::size_t open = uri.find('{');
  const std::size_t dots = uri.find("..", std::min(open, uri.size()));
  const std::size_t close = uri.find('}', std::min(dots, uri.size()));
  if (close == std::string::npos) return std::nullopt;
  const std::string_view first = std::string_view(uri).substr(open + 1, dots - open - 1);
  const std::string_view last = std::string_view(uri).substr(dots + 2, close - dots - 2);
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  constexpr std::uint64_t kMost = 10'000'000;
  if (!parse_whole_number(first, from) || !parse_whole_number(last, to) || from > to || to > kMost) return std::nullopt;
  NameTable table;
  for (std::uint64_t i = from; i <= to; ++i) {
    table.rows.push_back({fmt::format("{}{:0{}}{}", uri.substr(0, open), i, first.size(), uri.substr(close + 1))});
  }
  return table;
}

// Of INPUT itself. A table that cannot be read is one of photos: what is wrong is said where those are read.
bool holds_photos(const Location& place, const CollectionOptions& columns) {
  bool photos = false;
  place.seen_through([&](const std::shared_ptr<const Store>& store) {
    const Entry file = store->maybe_entry("").value();
    const PhotoTable table(std::make_shared<ObjectRanges>(store, file), file.size_bytes, columns);
    photos = table.has_photos() || table.damage();
    return store;
  });
  return photos;
}

std::optional<List> maybe_read_list(const std::string& uri, const StorageOptions& storage, const CollectionOptions& columns) {
  if (uri == "-") return List{"stdin", absolute_path("."), read_names(read_stdin(), "stdin", Names::kPlaces, columns)};
  if (is_named_like_archive(uri) && uri.find('{') == std::string::npos) return std::nullopt;
  const bool is_remote = scheme_length(uri) > 0;
  if (uri.empty() || (is_remote && !is_named_like_names(uri) && uri.find('{') == std::string::npos)) return std::nullopt;  // asks nothing
  const Location place(uri, storage);
  if (!place.maybe_size("")) {
    std::optional<NameTable> shards = maybe_expand(uri);
    return shards && (is_remote || !place.exists()) ? std::optional(List{uri, absolute_path("."), std::move(*shards)}) : std::nullopt;
  }
  const Bytes first = place.get_range("", 0, kFirstBytes);
  if (maybe_kind(first) || (!is_text(first) && (!is_table(first) || holds_photos(place, columns)))) return std::nullopt;
  const std::string& root = place.root();
  return List{root.substr(root.rfind('/') + 1), folder_of(root), read_names(place.get_or_throw(""), root, Names::kPlaces, columns)};
}

// "file:/data/1.jpg", "file:///data/my%20photo.jpg" -> the path
std::string without_file_scheme(std::string name) {
  if (!name.starts_with("file:/")) return name;
  name.erase(0, 5);
  if (name.starts_with("///")) name.erase(0, 2);
  return percent_decode(name);
}

// Absolute, or with a scheme.
std::string address_of(const std::string& name, const std::string& folder) {
  const std::string path = without_file_scheme(name);
  if (scheme_length(path) > 0) return path;
  if (path.starts_with('/')) return absolute_path(path);
  return scheme_length(folder) > 0 ? fmt::format("{}/{}", folder, path) : absolute_path(fmt::format("{}/{}", folder, path));
}

std::string_view top_of(std::string_view address) {  // "s3://bucket" or ""
  const std::size_t scheme = scheme_length(address);
  return scheme == 0 ? "" : address.substr(0, address.find('/', scheme));
}

// What all the photos lie below.
std::string find_root(const std::vector<std::string>& addresses, const List& list) {
  const auto below = [](std::string_view address, std::string_view folder) {
    return address.size() > folder.size() + 1 && address.starts_with(folder) && address[folder.size()] == '/';
  };
  std::optional<std::string_view> top;
  bool all_below = list.folder != "/";
  for (const std::string& address : addresses) {
    if (address.empty()) continue;
    if (top && *top != top_of(address)) {
      const auto shown = [](std::string_view place) { return place.empty() ? "this machine" : shown_place(std::string(place)); };
      throw Error(ErrorCode::kUsage,
                  fmt::format("{} names photos in {} and in {}", printable(list.name), shown(*top), shown(top_of(address))),
                  "write a list for each of them");
    }
    top = top_of(address);
    all_below = all_below && below(address, list.folder);
  }
  if (all_below || !top) return list.folder;
  return top->empty() ? "/" : std::string(*top);
}

// Any text could be a list of paths.
void require_one(const std::vector<std::string>& addresses, const List& list) {
  const auto may_be_there = [](const std::string& address) {
    struct stat info {};
    return scheme_length(address) > 0 || lstat(address.c_str(), &info) == 0;
  };
  if (std::any_of(addresses.begin(), addresses.end(), may_be_there)) return;
  throw Error(ErrorCode::kStorage,
              fmt::format("{} is no folder, no archive and no list of photos: nothing is where its lines say", printable(list.name)),
              "name a folder of photos, or a list with a path per line");
}

}  // namespace

std::optional<Location> maybe_open_list(const std::string& uri, const StorageOptions& storage, const CollectionOptions& columns) {
  const std::optional<List> list = maybe_read_list(uri, storage, columns);
  if (!list) return std::nullopt;
  if (list->table.rows.empty()) throw Error(ErrorCode::kNothingToRead, fmt::format("{} names no photo", printable(list->name)));
  std::vector<std::string> addresses;
  for (const NameRow& row : list->table.rows) addresses.push_back(row.name.empty() ? "" : address_of(row.name, list->folder));
  const std::string root = find_root(addresses, *list);
  const std::size_t root_size = root == "/" ? 0 : root.size();
  if (list->table.is_lines) require_one(addresses, *list);
  std::vector<ListedPhoto> photos;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const std::size_t key = std::min(root_size + 1, addresses[i].size());
    photos.push_back({addresses[i].substr(key), list->table.rows[i].label});
  }
  const Location place(root, storage);
  return place.seen_through([&](std::shared_ptr<const Store> store) {
    return std::make_shared<const ListStore>(std::move(store), place, list->name, std::move(photos));
  });
}

}  // namespace coulis
