// LabelledStore: a place whose photos have the labels of a table: by path, by file name, or by file name without its ending.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "job/collections/name_table.hpp"
#include "job/storage/store_view.hpp"

namespace coulis {

class LabelledStore final : public StoreView {
 public:
  // place: whose store it is. name: of the table, for people. Throws Error(kNothingToRead) for a table without labels.
  LabelledStore(std::shared_ptr<const Store> store, Location place, std::string name, const NameTable& table);

  // A photo that the table does not name has no label. Notes how many rows name no photo.
  void walk(const Walk& walk) const override;

 private:
  struct Row {
    Label label;
    std::size_t number = 0;
  };
  const Row* find_row(std::string_view key) const;

  Location place_;
  std::string name_;
  std::unordered_map<std::string, Row> rows_;
  std::size_t conflicts_ = 0;
  Label none_ = std::make_shared<const std::string>();
};

}  // namespace coulis
