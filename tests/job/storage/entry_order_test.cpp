#include "job/storage/entry_order.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coulis {
namespace {

// size_bytes: where the entry was.
std::vector<Entry> entries_of(const std::vector<std::string>& keys) {
  std::vector<Entry> entries;
  for (const std::string& key : keys) entries.push_back({key, entries.size()});
  return entries;
}

void expect_sorted(const std::vector<std::string>& keys) {
  std::vector<Entry> expected = entries_of(keys);
  std::stable_sort(expected.begin(), expected.end(), [](const Entry& a, const Entry& b) { return a.key < b.key; });
  std::vector<Entry> entries = entries_of(keys);
  sort_by_key(entries);
  ASSERT_EQ(entries.size(), expected.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ(entries[i].key, expected[i].key);
    EXPECT_EQ(entries[i].size_bytes, expected[i].size_bytes) << entries[i].key;
  }
}

TEST(SortByKey, IsTheOrderOfTheBytes) {
  using namespace std::string_literals;
  expect_sorted({});
  expect_sorted({"b", "a"});
  expect_sorted({"a\0"s, "a", "", "a\0\0"s, "\xFF", "a/1.jpg", "\x80", "a"});
  expect_sorted({"folder/12345678x", "folder/12345678", "folder/12345678a", "folder/1234567", "folder/"});
}

TEST(SortByKey, KeepsTheOrderOfOneKey) {
  expect_sorted({"b", "same", "a", "same", "c", "same"});
}

TEST(SortByKey, OfManyKeysInAnyOrder) {
  std::mt19937 random(1);
  std::vector<std::string> keys;
  for (int i = 0; i < 2'000; ++i) {
    std::string key = "shard.tar/";
    for (unsigned length = random() % 14; length > 0; --length) key += std::string_view("ab\xFF/")[random() % 4];
    keys.push_back(std::move(key));
  }
  expect_sorted(keys);
}

}  // namespace
}  // namespace coulis
