#include "job/storage/entry_order.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace coulis {
namespace {

// What stands for an entry while they are sorted: an entry is large, and the bytes of its key are elsewhere.
struct Item {
  std::uint64_t beginning;  // the first bytes of the key behind what all keys begin with
  std::size_t index;
};

// char_traits compares as unsigned: the order of the bytes.
bool key_less(const Entry& a, const Entry& b) {
  return a.key < b.key;
}

std::size_t common_beginning(const std::vector<Entry>& entries) {
  std::string_view common = entries.front().key;
  for (const Entry& entry : entries) {
    common = common.substr(0, static_cast<std::size_t>(
                                  std::mismatch(common.begin(), common.end(), entry.key.begin(), entry.key.end()).first - common.begin()));
  }
  return common.size();
}

// Big-endian, and zeros behind the end: numbers compare as the bytes do.
std::uint64_t bytes_from(const std::string& key, std::size_t begin) {
  std::uint64_t value = 0;
  for (std::size_t i = begin; i < begin + sizeof(value); ++i)
    value = value << 8U | (i < key.size() ? static_cast<unsigned char>(key[i]) : 0U);
  return value;
}

// entries[i] becomes what entries[items[i].index] was. Leaves no order in items.
void put_in_order(std::vector<Entry>& entries, std::vector<Item>& items) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].index == i) continue;
    Entry first = std::move(entries[i]);
    std::size_t to = i;
    for (std::size_t from = items[to].index; from != i; from = items[to].index) {
      entries[to] = std::move(entries[from]);
      items[to].index = to;
      to = from;
    }
    entries[to] = std::move(first);
    items[to].index = to;
  }
}

}  // namespace

void sort_by_key(std::vector<Entry>& entries) {
  if (std::is_sorted(entries.begin(), entries.end(), key_less)) return;
  const std::size_t common = common_beginning(entries);
  std::vector<Item> items;
  items.reserve(entries.size());
  for (const Entry& entry : entries) items.push_back({bytes_from(entry.key, common), items.size()});
  std::sort(items.begin(), items.end(), [&](const Item& a, const Item& b) {
    if (a.beginning != b.beginning) return a.beginning < b.beginning;
    const int order = entries[a.index].key.compare(entries[b.index].key);
    return order != 0 ? order < 0 : a.index < b.index;
  });
  put_in_order(entries, items);
}

}  // namespace coulis
