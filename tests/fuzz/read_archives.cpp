#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
#include "job/collections/collection_store.hpp"
#include "job/collections/pack_index.hpp"
#include "job/storage/store.hpp"
#include "tests/fuzz/reading.hpp"

namespace coulis {
namespace {

constexpr std::uint64_t kMostPhotoBytes = 1 << 20;

// A place that is one object.
class OneObject : public Store {
 public:
  explicit OneObject(std::span<const std::byte> bytes) : bytes_(bytes.begin(), bytes.end()) {}

  StoreTraits traits() const override { return {.local = true}; }
  bool exists() const override { return true; }
  void list(std::string_view, const std::function<void(Entry)>&) const override {}
  Outcome<Bytes> get(std::string_view, const Entry*) const override { return bytes_; }
  bool has(std::string_view) const override { return true; }
  std::unique_ptr<PendingObject> begin_put(std::string_view) const override { return nullptr; }
  void remove(std::string_view) const override {}
  void remove_leftovers(std::span<const std::string_view>) const override {}
  std::unique_ptr<HeldLock> lock() const override { return nullptr; }
  std::optional<Entry> maybe_entry(std::string_view) const override { return Entry{"", bytes_.size(), 1}; }
  Outcome<Bytes> get_listed_range(const Entry&, std::uint64_t offset, std::uint64_t size_bytes) const override {
    return slice(bytes_, offset, size_bytes);
  }

 private:
  Bytes bytes_;
};

// The index of a shard.
class OneIndex final : public OneObject {
 public:
  using OneObject::OneObject;
  void list(std::string_view, const std::function<void(Entry)>& visit) const override {
    visit({"index/part-00000-00000000000000000000000000000000.snappy.parquet", 1, 1});
  }
};

}  // namespace

Reading read_pack_index(std::span<const std::byte> bytes) {
  const Entry shard{"shard-000000.tar", 3584, 1};
  std::optional<std::vector<Member>> members;
  Reading reading = read_or_error([&] {
    members = PackIndexes(std::make_shared<OneIndex>(bytes)).maybe_members(shard);
    std::size_t digest = 0;
    for (const Member& member : members.value_or(std::vector<Member>())) {
      if (member.offset > shard.size_bytes || member.size_bytes > shard.size_bytes - member.offset) std::abort();  // leads out of its shard
      digest = digest * 31 + hash_text(member.name) + member.offset;
    }
    return digest;
  });
  if (reading.status == "ok" && !members) reading.status = "no index";
  return reading;
}

Reading read_collection(std::span<const std::byte> bytes) {
  std::size_t photos = 0;
  Reading reading = read_or_error([&] {
    const CollectionStore store(std::make_shared<OneObject>(bytes), kMostPhotoBytes, {});
    std::vector<Entry> entries;
    store.walk({[&](Entry entry, EntryKind) { entries.push_back(std::move(entry)); }, {}});
    std::size_t digest = 0;
    for (const Entry& entry : entries) {
      const Outcome<Bytes> photo = store.get(entry.key, &entry);
      photos += photo.ok() ? 1 : 0;
      digest = digest * 31 + hash_text(entry.key) + (photo ? hash_values(photo.value()) : hash_text(photo.failure().message));
    }
    return digest;
  });
  if (reading.status == "ok" && photos == 0) reading.status = "no photo";
  return reading;
}

}  // namespace coulis
