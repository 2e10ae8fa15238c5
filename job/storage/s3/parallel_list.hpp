// list_in_parallel: a listing of many pages, by many requests at once, as one chain of pages would give it.
#pragma once

#include <functional>
#include <string>

#include "job/storage/s3/list_page.hpp"

namespace coulis::s3 {

struct PageQuery {
  std::string prefix;
  std::string token{};        // of a page that follows another one
  std::string start_after{};  // key
  bool folders = false;       // up to the next '/'
};

// ask: from many threads; throws Error(kStorage) for what the server refuses. visit: from one at a time, in the order of the server.
// A listing of up to four pages asks for these alone; a longer one for a third more, at most, and what was held when a server turns out to
// list in another way.
void list_in_parallel(const std::string& prefix, const std::function<ListPage(const PageQuery&)>& ask,
                      const std::function<void(Entry)>& visit);

}  // namespace coulis::s3
