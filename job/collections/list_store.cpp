#include "job/collections/list_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "core/base/counted.hpp"
#include "job/collections/archive.hpp"
#include "job/collections/packing.hpp"
#include "job/collections/table.hpp"
#include "job/threads/workers.hpp"

namespace coulis {
namespace {

constexpr std::size_t kPhotosAtOnce = 4096;

EntryKind kind_of(const Entry& entry) {
  if (!entry.seen()) return EntryKind::kUnseen;
  const bool may_be_collection = is_named_like_archive(entry.key) || is_named_like_table(entry.key);
  return may_be_collection ? EntryKind::kFile : EntryKind::kNamed;
}

}  // namespace

std::optional<Entry> ListStore::maybe_entry(std::string_view key) const {
  return key.empty() ? std::nullopt : store().maybe_entry(key);  // the place itself is none of the photos
}

Entry ListStore::look_at(const ListedPhoto& photo, std::size_t row) const {
  if (photo.key.empty()) {
    Entry nothing{fmt::format("{}/{:08}", name_, row)};
    nothing.place = {std::make_shared<const Entry>(Entry{name_}), row, 0, 0, static_cast<std::uint8_t>(Packing::kNoName)};
    return nothing;
  }
  return store().maybe_entry(photo.key).value_or(Entry{photo.key});
}

void ListStore::walk(const Walk& walk) const {
  const std::string left_out = walk.left_out == nullptr ? "" : walk.left_out->path_of("");
  std::unordered_set<std::string_view> keys;
  std::uint64_t repeated = 0;
  for (std::size_t first = 0; first < photos_.size(); first += kPhotosAtOnce) {
    std::vector<Entry> entries(std::min(kPhotosAtOnce, photos_.size() - first));
    for_each_parallel(traits().useful_requests, entries.size(),
                      [&](std::size_t i) { entries[i] = look_at(photos_[first + i], first + i); });
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const ListedPhoto& photo = photos_[first + i];
      if (!photo.key.empty() && !keys.insert(photo.key).second) {
        ++repeated;
        continue;
      }
      const bool below = !left_out.empty() && place_.path_of(photo.key).starts_with(left_out);
      entries[i].label = photo.maybe_label;
      const EntryKind kind = below ? EntryKind::kLeftOut : kind_of(entries[i]);
      walk.visit(std::move(entries[i]), kind);
    }
  }
  if (repeated > 0 && walk.note) {
    walk.note(fmt::format("{} of {} {} a photo that an earlier row names: it is taken once", counted(repeated, "row"), printable(name_),
                          repeated == 1 ? "names" : "name"));
  }
}

}  // namespace coulis
