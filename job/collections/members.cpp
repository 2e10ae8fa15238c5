#include "job/collections/members.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "job/collections/archive.hpp"
#include "job/storage/entry_order.hpp"

namespace coulis {
namespace {

constexpr int kMostLinks = 8;  // one behind the other

// "a/1.jpg" -> "a/1#2.jpg": it is still named like a photo.
std::string numbered(const std::string& key, std::size_t number) {
  const std::size_t name = key.rfind('/') + 1;  // 0 if there is none
  const std::size_t dot = key.rfind('.');
  const bool has_ending = dot != std::string::npos && dot > name;
  return fmt::format("{}#{}{}", key.substr(0, has_ending ? dot : key.size()), number, has_ending ? key.substr(dot) : "");
}

// It has no part that is empty or begins with a dot: most have none.
bool is_plain(std::string_view name) {
  if (name.empty() || name.ends_with('/')) return false;
  char before = '/';
  for (const char c : name) {
    if (before == '/' && (c == '/' || c == '.')) return false;
    before = c;
  }
  return true;
}

std::string hex_of(std::uint32_t checksum) {
  std::string digits(8, '0');
  for (std::size_t i = 8; i > 0; --i, checksum >>= 4U) digits[i - 1] = "0123456789abcdef"[checksum & 0xFU];
  return digits;
}

}  // namespace

std::string key_in(std::string_view container_key, std::string_view name) {
  std::string key(container_key);
  if (is_plain(name)) {
    key.reserve(key.size() + 1 + name.size());
    if (!key.empty()) key += '/';
    return key += name;
  }
  std::vector<std::size_t> ends;  // of the folders: where ".." leads back to
  while (!name.empty()) {
    const std::size_t slash = std::min(name.find('/'), name.size());
    const std::string_view part = name.substr(0, slash);
    name.remove_prefix(std::min(slash + 1, name.size()));
    if (part == ".." && !ends.empty()) {
      key.resize(ends.back());
      ends.pop_back();
    }
    if (part.empty() || part == "." || part == "..") continue;
    ends.push_back(key.size());
    if (!key.empty()) key += '/';
    key += part;
  }
  return ends.empty() ? key + "/(no name)" : key;
}

Members::Members(std::shared_ptr<const Entry> container, std::size_t count) : container_(std::move(container)) {
  entries_.reserve(count);
  const std::string version = container_->etag.empty() ? fmt::format("{}", container_->mtime_ns) : container_->etag;
  version_ = fmt::format("{:015x}", XXH3_64bits(version.data(), version.size()) >> 4U);  // as long as a string without memory of its own
}

void Members::add(Member member) {
  Entry entry{key_in(container_->key, member.name), member.size_bytes, container_->mtime_ns};
  entry.etag = member.maybe_checksum ? hex_of(*member.maybe_checksum) : version_;
  if (member.packing != Packing::kTableRow && is_named_like_archive(entry.key)) member.packing = Packing::kNested;
  entry.place = {container_, member.offset, member.stored_bytes, member.maybe_checksum.value_or(0),
                 static_cast<std::uint8_t>(member.packing)};
  if (!member.link_target.empty()) links_.push_back({entries_.size(), key_in(container_->key, member.link_target)});
  entries_.push_back(std::move(entry));
}

// The last of a name is the one that unpacking leaves.
void Members::set_shadowed_apart() {
  sort_by_key(entries_);
  std::size_t number = 0;
  for (std::size_t i = 0; i + 1 < entries_.size(); ++i) {
    if (entries_[i].key != entries_[i + 1].key) {
      number = 0;
      continue;
    }
    entries_[i].key = numbered(entries_[i].key, ++number);
    entries_[i].place.packing = static_cast<std::uint8_t>(Packing::kShadowed);
  }
}

// A link to a folder is left as it is: a dead one.
void Members::resolve_links() {
  if (links_.empty()) return;
  std::unordered_map<std::string_view, std::size_t> by_key;
  for (std::size_t i = 0; i < entries_.size(); ++i) by_key[entries_[i].key] = i;
  std::unordered_map<std::size_t, std::size_t> by_entry;
  for (std::size_t i = 0; i < links_.size(); ++i) by_entry[links_[i].entry] = i;
  for (const Link& link : links_) {
    const std::string* target = &link.target;
    for (int step = 0; step < kMostLinks; ++step) {
      const auto found = by_key.find(*target);
      if (found == by_key.end()) break;
      const Entry& named = entries_[found->second];
      const auto next = by_entry.find(found->second);
      if (next == by_entry.end() || packing_of(named) != Packing::kDeadLink) {
        entries_[link.entry].size_bytes = named.size_bytes;
        entries_[link.entry].place = named.place;
        break;
      }
      target = &links_[next->second].target;
    }
  }
}

std::vector<Entry> Members::entries() && {
  resolve_links();
  set_shadowed_apart();
  return std::move(entries_);
}

}  // namespace coulis
