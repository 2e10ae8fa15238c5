// ListStore: a place of which only those photos are seen that a list names.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "job/collections/name_table.hpp"
#include "job/storage/store_view.hpp"

namespace coulis {

struct ListedPhoto {
  std::string key;  // below the place; empty: the row names no photo
  Label maybe_label{};
};

class ListStore final : public StoreView {
 public:
  // place: whose store it is. name: of the list, for its rows without a photo, and for people.
  ListStore(std::shared_ptr<const Store> store, Location place, std::string name, std::vector<ListedPhoto> photos)
      : StoreView(std::move(store)), place_(std::move(place)), name_(std::move(name)), photos_(std::move(photos)) {}

  void walk(const Walk& walk) const override;
  std::optional<Entry> maybe_entry(std::string_view key) const override;

 private:
  Entry look_at(const ListedPhoto& photo, std::size_t row) const;

  Location place_;
  std::string name_;
  std::vector<ListedPhoto> photos_;
};

}  // namespace coulis
