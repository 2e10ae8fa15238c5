// One page of ListObjectsV2 with encoding-type=url.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "job/storage/location.hpp"

namespace coulis::s3 {

struct ListPage {
  std::vector<Entry> entries;          // with whole keys
  std::string next;                    // continuation token; empty: the last page
  std::vector<std::string> folders{};  // of a request with a delimiter, with their '/'
};

ListPage parse_list_page(std::string_view xml, const std::string& place);  // throws Error(kStorage) naming the place

}  // namespace coulis::s3
