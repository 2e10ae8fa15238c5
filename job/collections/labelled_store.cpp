#include "job/collections/labelled_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/base/counted.hpp"
#include "core/base/error.hpp"

namespace coulis {

LabelledStore::LabelledStore(std::shared_ptr<const Store> store, Location place, std::string name, const NameTable& table)
    : StoreView(std::move(store)), place_(std::move(place)), name_(std::move(name)) {
  if (!table.has_labels) {
    throw Error(ErrorCode::kNothingToRead, fmt::format("{} has no column of labels", printable(name_)), "name it with --label-column");
  }
  for (const NameRow& row : table.rows) {
    if (row.name.empty() || !row.label) continue;
    std::string_view photo = row.name;
    while (photo.starts_with("./")) photo.remove_prefix(2);
    const auto [known, is_new] = rows_.emplace(photo, Row{row.label, rows_.size()});
    if (!is_new && *known->second.label != *row.label) ++conflicts_;
  }
}

// The whole path, the path below INPUT, the file name, and that without its ending.
const LabelledStore::Row* LabelledStore::find_row(std::string_view key) const {
  const std::string name(key.substr(key.rfind('/') + 1));
  for (const std::string& known : {place_.path_of(key), std::string(key), name, name.substr(0, name.rfind('.'))}) {
    const auto found = rows_.find(known);
    if (found != rows_.end()) return &found->second;
  }
  return nullptr;
}

void LabelledStore::walk(const Walk& walk) const {
  std::vector<bool> used(rows_.size(), false);
  Walk inner = walk;
  inner.visit = [&](Entry entry, EntryKind kind) {
    const Row* row = find_row(entry.key);
    if (row != nullptr) used[row->number] = true;
    entry.label = row == nullptr ? none_ : row->label;
    walk.visit(std::move(entry), kind);
  };
  store().walk(inner);
  if (!walk.note) return;
  const auto unused = static_cast<std::size_t>(std::count(used.begin(), used.end(), false));
  if (unused > 0) {
    walk.note(fmt::format("{} of {} in {} {} not in INPUT", unused, counted(rows_.size(), "photo"), printable(name_),
                          unused == 1 ? "is" : "are"));
  }
  if (conflicts_ > 0) {
    walk.note(fmt::format("{} of {} {} a photo another label than an earlier row does: the first counts", counted(conflicts_, "row"),
                          printable(name_), conflicts_ == 1 ? "gives" : "give"));
  }
}

}  // namespace coulis
