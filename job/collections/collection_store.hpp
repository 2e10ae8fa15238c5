// CollectionStore: a place whose archives are seen as folders of what they hold. Nothing is ever unpacked to a disk.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "job/collections/archive.hpp"
#include "job/collections/member.hpp"
#include "job/collections/pack_index.hpp"
#include "job/collections/ranges.hpp"
#include "job/collections/recently_used.hpp"
#include "job/collections/stream_ranges.hpp"
#include "job/collections/table.hpp"
#include "job/collections/window_cache.hpp"
#include "job/storage/store_view.hpp"

namespace coulis {

class CollectionStore final : public StoreView {
 public:
  CollectionStore(std::shared_ptr<const Store> store, std::uint64_t max_photo_bytes, CollectionOptions options);

  void walk(const Walk& walk) const override;
  Outcome<Bytes> get(std::string_view key, const Entry* listed) const override;
  void will_need(const Entry& listed, std::uint64_t offset, std::uint64_t size_bytes) const override;

 private:
  struct Contents {
    bool is_collection = false;
    std::vector<Entry> entries{};
    std::optional<Failure> damage{};  // what keeps others from being listed
  };
  Contents list_contents(const std::shared_ptr<const Entry>& container) const;
  Contents list_unindexed(const std::shared_ptr<const Entry>& container) const;
  std::optional<std::vector<Entry>> list_by_index(const std::shared_ptr<const Entry>& container) const;  // of a shard that has one
  void visit_container(const std::shared_ptr<const Entry>& container, EntryKind kind, Contents contents, const Walk& walk) const;
  void visit_shards(std::vector<std::shared_ptr<const Entry>> shards, const Walk& walk) const;
  std::optional<Failure> list_tar_stream(const Entry& container, ArchiveKind kind, const VisitMember& visit) const;
  void visit_contents(const std::shared_ptr<const Entry>& container, Contents contents, const Walk& walk) const;
  bool walk_input_itself(const Walk& walk) const;

  Outcome<Bytes> read_member(const Entry& member) const;
  Outcome<Bytes> read_indexed(const Entry& member) const;
  std::optional<Entry> find_member(std::string_view key) const;  // by its name alone

  std::shared_ptr<Ranges> ranges_of(const Entry& container, Reads reads) const;
  std::shared_ptr<StreamRanges> stream_of(const Entry& container) const;
  std::shared_ptr<Ranges> unpacked_ranges_of(const Entry& container, Reads reads) const;
  std::shared_ptr<PhotoTable> table_of(const Entry& container) const;

  std::uint64_t max_photo_bytes_;
  CollectionOptions options_;
  mutable WindowCache windows_;   // of objects
  mutable WindowCache unpacked_;  // of what they hold: who loads one of these waits for some of those, never the other way round
  mutable RecentlyUsed<StreamRanges> streams_;
  mutable RecentlyUsed<PhotoTable> tables_;
  PackIndexes indexes_;
  mutable std::mutex found_mutex_;
  mutable std::pair<std::string, std::vector<Entry>> last_found_;  // the container in which find_member() looked last
};

}  // namespace coulis
