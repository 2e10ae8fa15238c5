// PageSpan: how keys advance over a page of a listing, from which keys further on are guessed.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "job/storage/location.hpp"

namespace coulis::s3 {

struct PageSpan {
  std::string first{};
  std::string last{};
  std::size_t keys = 0;
  std::size_t folders = 0;      // that they lie in
  std::size_t common = 0;       // bytes that all its keys begin with
  std::string_view alphabet{};  // of the bytes behind them
};

PageSpan span_of(const std::vector<Entry>& page);

// About the key that comes `keys` behind `from`, if names go on as on that page: counted in its alphabet, as numbers, hashes and times are.
// Nothing where that would be in another folder, or above `prefix`. It need not exist.
std::optional<std::string> key_ahead(const PageSpan& span, const std::string& from, std::size_t keys, std::string_view prefix);

std::string_view folder_of_key(std::string_view key);  // with its '/'; "" at the top

}  // namespace coulis::s3
