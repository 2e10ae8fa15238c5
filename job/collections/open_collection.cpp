#include "job/collections/open_collection.hpp"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "core/base/error.hpp"
#include "job/collections/collection_store.hpp"
#include "job/collections/inventory.hpp"
#include "job/collections/labelled_store.hpp"
#include "job/collections/list.hpp"
#include "job/collections/name_table.hpp"

namespace coulis {

Location as_collection(const Location& place, const CollectionOptions& options) {
  return place.seen_through([&](std::shared_ptr<const Store> store) {
    return std::make_shared<const CollectionStore>(std::move(store), place.max_photo_bytes(), options);
  });
}

Location open_collection(const std::string& uri, const StorageOptions& storage, const CollectionOptions& options) {
  CollectionOptions of_input = options;
  if (!options.labels.empty()) of_input.label_column.clear();  // it is that of the other table
  std::optional<Location> list = maybe_open_inventory(uri, storage);
  if (!list) list = maybe_open_list(uri, storage, of_input);
  const Location photos = as_collection(list ? *list : Location(uri, storage), of_input);
  if (options.labels.empty()) return photos;
  const Location file(options.labels, storage);
  if (!file.maybe_size("")) {
    throw Error(ErrorCode::kStorage, fmt::format("{} is no file", printable(options.labels)), "check the spelling of --labels");
  }
  const NameTable table = read_names(file.get_or_throw(""), options.labels, Names::kIds,
                                     {.photo_column = "", .label_column = options.label_column, .labels = ""});
  return photos.seen_through([&](std::shared_ptr<const Store> store) {
    return std::make_shared<const LabelledStore>(std::move(store), photos, options.labels, table);
  });
}

}  // namespace coulis
