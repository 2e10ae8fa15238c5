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
  // root: the place's. name: of the table, for people. Throws Error(kNothingToRead) for a table without labels.
  LabelledStore(std::shared_ptr<const Store> store, std::string root, std::string name, const NameTable& table);

  // A photo that the table does not name has no label. Notes how many rows name no photo.
  void walk(const Walk& walk) const override;

 private:
  using Label = std::shared_ptr<const std::string>;
  struct Row {
    Label label;
    std::size_t number = 0;
  };
  const Row* find_row(std::string_view key) const;

  std::string root_;
  std::string name_;
  std::unordered_map<std::string, Row> rows_;
  std::size_t conflicts_ = 0;
  Label none_ = std::make_shared<const std::string>();
};

}  // namespace coulis
