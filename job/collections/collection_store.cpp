#include "job/collections/collection_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/error.hpp"
#include "job/collections/members.hpp"
#include "job/collections/tar.hpp"
#include "job/collections/zip.hpp"
#include "job/storage/entry_order.hpp"
#include "job/threads/worker_count.hpp"
#include "job/threads/workers.hpp"

namespace coulis {
namespace {

constexpr std::size_t kMostWindows = 8;  // 64 MB
constexpr std::size_t kMostStreams = 16;
constexpr int kMostIndexReaders = 16;      // each shard of 64 MB lists 3 MB of photos, and twice as many shards wait for their turn
constexpr std::size_t kMostShards = 4096;  // that wait for their indexes to be read

std::string name_of(const Entry& container) {
  return fmt::format("{}\n{} {} {}", container.key, container.size_bytes, container.mtime_ns, container.etag);
}

std::shared_ptr<const Entry> share(Entry container) {
  return std::make_shared<const Entry>(std::move(container));
}

}  // namespace

CollectionStore::CollectionStore(std::shared_ptr<const Store> store, std::uint64_t max_photo_bytes, CollectionOptions options)
    : StoreView(std::move(store)),
      max_photo_bytes_(max_photo_bytes),
      options_(std::move(options)),
      windows_(kMostWindows),
      unpacked_(kMostWindows),
      streams_(kMostStreams),
      tables_(kMostStreams),
      indexes_(shared_store()) {}

std::shared_ptr<Ranges> CollectionStore::ranges_of(const Entry& container, Reads reads) const {
  auto object = std::make_shared<ObjectRanges>(shared_store(), container);
  if (store().traits().local) return object;
  return std::make_shared<CachedRanges>(windows_, name_of(container), std::move(object), reads);
}

std::shared_ptr<StreamRanges> CollectionStore::stream_of(const Entry& container) const {
  return streams_.get(name_of(container), [&] {
    std::shared_ptr<Ranges> packed = ranges_of(container, Reads::kDirectory);
    const Outcome<Bytes> head = packed->read(0, 4);
    const bool zstd = head && maybe_kind(head.value()) == ArchiveKind::kZstd;
    return std::make_shared<StreamRanges>(zstd ? decode_zstd(packed) : decode_gzip(packed));
  });
}

std::shared_ptr<Ranges> CollectionStore::unpacked_ranges_of(const Entry& container, Reads reads) const {
  return std::make_shared<CachedRanges>(unpacked_, name_of(container), stream_of(container), reads);
}

std::shared_ptr<PhotoTable> CollectionStore::table_of(const Entry& container) const {
  return tables_.get(name_of(container),
                     [&] { return std::make_shared<PhotoTable>(ranges_of(container, Reads::kDirectory), container.size_bytes, options_); });
}

std::optional<Failure> CollectionStore::list_tar_stream(const Entry& container, ArchiveKind kind, const VisitMember& visit) const {
  const std::shared_ptr<Ranges> unpacked = unpacked_ranges_of(container, Reads::kDirectory);
  const Outcome<Bytes> head = unpacked->read(0, kTarBlock_bytes);
  if (!head) return head.failure();
  if (maybe_kind(head.value()) != ArchiveKind::kTar) {
    return read_failure(FailureCode::kUnsupported,
                        fmt::format("what it packs with {} is no tar archive", kind == ArchiveKind::kGzip ? "gzip" : "zstd"));
  }
  const auto visit_streamed = [&](Member member) {
    if (member.packing == Packing::kPlain) member.packing = Packing::kStreamed;
    visit(std::move(member));
  };
  if (auto failure = list_tar(*unpacked, visit_streamed)) return failure;
  return stream_of(container)->read_to_end();
}

std::optional<std::vector<Entry>> CollectionStore::list_by_index(const std::shared_ptr<const Entry>& container) const {
  std::optional<std::vector<Member>> indexed = indexes_.maybe_members(*container);
  if (!indexed) return std::nullopt;
  Members members(container, indexed->size());
  for (Member& member : *indexed) members.add(std::move(member));
  return std::move(members).entries();
}

CollectionStore::Contents CollectionStore::list_contents(const std::shared_ptr<const Entry>& container) const {
  if (std::optional<std::vector<Entry>> indexed = list_by_index(container)) return {true, std::move(*indexed), {}};
  return list_unindexed(container);
}

CollectionStore::Contents CollectionStore::list_unindexed(const std::shared_ptr<const Entry>& container) const {
  Contents contents;
  const std::shared_ptr<Ranges> ranges = ranges_of(*container, Reads::kDirectory);
  const Outcome<Bytes> head = ranges->read(0, kTarBlock_bytes);
  if (!head) return {false, {}, head.failure()};
  Members members(container);
  const VisitMember visit = [&](Member member) { members.add(std::move(member)); };
  if (is_table(head.value())) {
    const std::shared_ptr<PhotoTable> table = table_of(*container);
    contents = {table->has_photos(), {}, table->damage()};
    if (table->has_photos()) contents.damage = table->list(visit);
    contents.entries = std::move(members).entries();
    return contents;
  }
  const std::optional<ArchiveKind> kind = maybe_kind(head.value());
  if (!kind) {
    return {false,
            {},
            container->size_bytes == 0
                ? read_failure(FailureCode::kEmpty, "the archive has 0 bytes")
                : read_failure(FailureCode::kCorrupt, "it is named like an archive, and is no zip, tar, tar.gz or tar.zst")};
  }
  contents.is_collection = true;
  switch (*kind) {
    case ArchiveKind::kZip: contents.damage = list_zip(*ranges, container->size_bytes, visit); break;
    case ArchiveKind::kTar: {
      const bool fits = container->size_bytes <= kMostWindows * kWindow_bytes;
      contents.damage = list_tar(fits ? *ranges : *ranges_of(*container, Reads::kHeaders), visit);
      break;
    }
    default: contents.damage = list_tar_stream(*container, *kind, visit);
  }
  contents.entries = std::move(members).entries();
  return contents;
}

void CollectionStore::visit_contents(const std::shared_ptr<const Entry>& container, Contents contents, const Walk& walk) const {
  for (Entry& entry : contents.entries) {
    const bool whatever_its_name = packing_of(entry) == Packing::kNested || packing_of(entry) == Packing::kTableRow;
    const EntryKind kind = whatever_its_name ? EntryKind::kUnopened : EntryKind::kFile;
    walk.visit(std::move(entry), kind);
  }
  if (!contents.damage) return;
  Entry itself = *container;
  if (itself.key.empty()) itself.key = "(the archive)";
  itself.place = {container, 0, 0, 0, static_cast<std::uint8_t>(Packing::kDamaged)};
  walk.visit(std::move(itself), EntryKind::kUnopened);
}

// False: INPUT is no single file.
bool CollectionStore::walk_input_itself(const Walk& walk) const {
  std::optional<Entry> input = store().maybe_entry("");
  if (!input) return false;
  const std::shared_ptr<const Entry> container = share(std::move(*input));
  Contents contents = list_contents(container);
  if (!contents.is_collection) {
    const bool is_empty = container->size_bytes == 0;
    throw Error(ErrorCode::kNothingToRead,
                is_empty ? "INPUT is a file of 0 bytes" : "INPUT is a file, and no archive, table or list of photos",
                "name a folder that holds photos, an archive (zip, tar, tar.gz, tar.zst), a Parquet table or a list");
  }
  if (contents.damage && contents.entries.empty()) {
    throw Error(ErrorCode::kNothingToRead, fmt::format("INPUT cannot be read: {}", contents.damage->message),
                "check the file, or copy it again");
  }
  visit_contents(container, std::move(contents), walk);
  return true;
}

void CollectionStore::visit_container(const std::shared_ptr<const Entry>& container, EntryKind kind, Contents contents,
                                      const Walk& walk) const {
  if (!contents.is_collection && !contents.damage) return walk.visit(*container, kind);  // a table of something else
  visit_contents(container, std::move(contents), walk);
}

// The indexes are read by several threads: a bucket answers after a tenth of a second, and a listing may have thousands.
void CollectionStore::visit_shards(std::vector<std::shared_ptr<const Entry>> shards, const Walk& walk) const {
  if (shards.empty()) return;
  std::sort(shards.begin(), shards.end(),
            [](const auto& a, const auto& b) { return a->key < b->key; });  // what comes in order needs no sort
  const int readers = std::min(store().traits().readers(worker_count(0)), kMostIndexReaders);
  std::size_t next = 0;
  make_in_parallel(
      readers, shards.size(), [&](std::size_t i) { return list_by_index(shards[i]); },
      [&](std::optional<std::vector<Entry>> indexed) {
        const std::shared_ptr<const Entry>& shard = shards[next++];
        visit_container(shard, EntryKind::kFile, indexed ? Contents{true, std::move(*indexed), {}} : list_unindexed(shard), walk);
      });
}

void CollectionStore::walk(const Walk& walk) const {
  if (store().traits().local && walk_input_itself(walk)) return;
  bool visited = false;
  std::vector<std::shared_ptr<const Entry>> shards;
  const auto visit_waiting = [&] { visit_shards(std::exchange(shards, {}), walk); };
  store().walk({[&](Entry entry, EntryKind kind) {
                  visited = true;
                  const bool may_be = is_named_like_archive(entry.key) || is_named_like_table(entry.key);
                  const bool opens = may_be && kind == EntryKind::kFile && (!walk.opens || walk.opens(entry.key));
                  const bool is_shard = opens && PackIndexes::may_have(entry);
                  if (shards.size() == kMostShards) visit_waiting();
                  if (!opens) return walk.visit(std::move(entry), kind);
                  if (walk.enters && !walk.enters(entry.key)) return;
                  const std::shared_ptr<const Entry> container = share(std::move(entry));
                  if (is_shard) return shards.push_back(container);
                  visit_container(container, kind, list_contents(container), walk);
                },
                walk.enters, walk.opens, walk.left_out, walk.note});
  visit_waiting();
  if (!visited && !store().traits().local) walk_input_itself(walk);
}

Outcome<Bytes> CollectionStore::read_member(const Entry& member) const {
  const Packing packing = packing_of(member);
  if (auto failure = maybe_refusal(packing)) return *failure;
  if (packing != Packing::kDamaged && packing != Packing::kTableRow && member.size_bytes > max_photo_bytes_)
    return too_large(member.size_bytes, max_photo_bytes_);
  const std::shared_ptr<const Entry>& container = member.place.container;
  Outcome<Bytes> bytes = Bytes();
  switch (packing) {
    case Packing::kZipStored:
    case Packing::kZipDeflated: return read_zip_member(*ranges_of(*container, Reads::kPhotos), member);
    case Packing::kDamaged: {
      const Contents contents = list_contents(container);
      if (contents.damage) return *contents.damage;
      return read_failure(FailureCode::kChanged, "the archive can be read now, and could not when it was listed");
    }
    case Packing::kTableRow: return table_of(*container)->read(member.place.offset, unpacked_, name_of(*container), max_photo_bytes_);
    case Packing::kIndexed: return read_indexed(member);
    case Packing::kPlain: bytes = ranges_of(*container, Reads::kPhotos)->read(member.place.offset, member.size_bytes); break;
    default: bytes = unpacked_ranges_of(*container, Reads::kPhotos)->read(member.place.offset, member.size_bytes);
  }
  if (bytes && bytes.value().size() < member.size_bytes) return read_failure(FailureCode::kTruncated, "its archive ends before it does");
  return bytes;
}

// The header goes with the photo, and says whether it is the one that the index tells of.
Outcome<Bytes> CollectionStore::read_indexed(const Entry& member) const {
  const Entry& shard = *member.place.container;
  Outcome<Bytes> bytes = ranges_of(shard, Reads::kPhotos)->read(member.place.offset - kTarBlock_bytes, kTarBlock_bytes + member.size_bytes);
  if (!bytes) return bytes;
  const std::span<const std::byte> header = std::span(bytes.value()).first(std::min(bytes.value().size(), kTarBlock_bytes));
  if (!is_tar_header_of(header, std::string_view(member.key).substr(shard.key.size() + 1), member.size_bytes)) {
    return read_failure(FailureCode::kChanged, "its shard is not the one that its index tells of: remove the index, or pack again");
  }
  bytes.value().erase(bytes.value().begin(), bytes.value().begin() + kTarBlock_bytes);
  if (bytes.value().size() < member.size_bytes) return read_failure(FailureCode::kTruncated, "its archive ends before it does");
  return bytes;
}

Outcome<Bytes> CollectionStore::get(std::string_view key, const Entry* listed) const {
  if (listed != nullptr && listed->place.container) return read_member(*listed);
  Outcome<Bytes> bytes = store().get(key, listed);
  if (bytes || listed != nullptr) return bytes;
  const std::optional<Entry> member = find_member(key);
  return member ? read_member(*member) : std::move(bytes);
}

std::optional<Entry> CollectionStore::find_member(std::string_view key) const {
  const std::lock_guard lock(found_mutex_);
  for (std::size_t slash = 0; slash != std::string_view::npos; slash = key.find('/', slash + 1)) {
    const std::string_view name = key.substr(0, slash);  // first "": INPUT itself
    if (!name.empty() && !is_named_like_archive(name) && !is_named_like_table(name)) continue;
    std::optional<Entry> container = store().maybe_entry(name);
    if (!container) continue;
    const std::string full_name = name_of(*container);
    std::vector<Entry>& entries = last_found_.second;
    if (last_found_.first != full_name) {
      last_found_ = {full_name, list_contents(share(std::move(*container))).entries};
      sort_by_key(entries);  // "1#1.jpg" may be behind "1.jpg"
    }
    const auto found = std::lower_bound(entries.begin(), entries.end(), key, [](const Entry& a, std::string_view b) { return a.key < b; });
    if (found != entries.end() && found->key == key) return *found;
  }
  return std::nullopt;
}

void CollectionStore::will_need(const Entry& listed, std::uint64_t offset, std::uint64_t size_bytes) const {
  const Place& place = listed.place;
  if (!place.container) return store().will_need(listed, offset, size_bytes);
  if (place.stored_bytes > 0 && packing_of(listed) != Packing::kStreamed) {
    store().will_need(*place.container, place.offset + offset, place.stored_bytes);
  }
}

}  // namespace coulis
