// InventoryStore: a bucket of which those objects are seen that an S3 Inventory lists.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "job/collections/inventory.hpp"
#include "job/storage/store_view.hpp"

namespace coulis {

// By their titles, as CSV and Parquet spell them: key, size, ETag, and then those that there are of the others.
struct InventoryColumns {
  std::vector<std::string> titles{};
  std::optional<std::size_t> time{};                           // these are places in `titles`
  std::optional<std::size_t> is_latest{}, is_delete_marker{};  // of an inventory of all versions
};

// Throws Error(kNothingToRead) for one without keys, sizes or ETags.
InventoryColumns inventory_columns(const std::vector<std::string>& titles, const std::string& inventory);

class InventoryStore final : public StoreView {
 public:
  // manifest: beside which data files are looked for, and in whose way they are reached.
  InventoryStore(std::shared_ptr<const Store> store, Location manifest, Inventory inventory)
      : StoreView(std::move(store)), manifest_(std::move(manifest)), inventory_(std::move(inventory)) {}

  bool exists() const override { return true; }  // would ask for a listing
  void walk(const Walk& walk) const override;
  std::optional<Entry> maybe_entry(std::string_view key) const override { return key.empty() ? std::nullopt : store().maybe_entry(key); }

 private:
  Bytes read_file(const Inventory::File& file) const;
  std::uint64_t walk_file(const Inventory::File& file, const Walk& walk) const;  // how many rows are no object of today

  Location manifest_;
  Inventory inventory_;
};

}  // namespace coulis
