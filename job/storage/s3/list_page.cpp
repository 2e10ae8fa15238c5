#include "job/storage/s3/list_page.hpp"

#include <fmt/format.h>

#include <pugixml.hpp>

#include "core/base/error.hpp"
#include "job/storage/parse_time.hpp"
#include "job/storage/percent_decode.hpp"
#include "job/storage/s3/etag.hpp"

namespace coulis::s3 {
ListPage parse_list_page(std::string_view xml, const std::string& place) {
  pugi::xml_document document;
  const pugi::xml_node root = document.load_buffer(xml.data(), xml.size()) ? document.child("ListBucketResult") : pugi::xml_node();
  if (!root) {
    throw Error(ErrorCode::kStorage, fmt::format("cannot list {}: the answer is not that of an S3 server", place), "check --endpoint-url");
  }
  const bool encoded = std::string_view(root.child_value("EncodingType")) == "url";
  ListPage page;
  for (const pugi::xml_node object : root.children("Contents")) {
    const char* key = object.child_value("Key");
    Entry entry{encoded ? form_decode(key) : key, object.child("Size").text().as_ullong(),
                parse_time_ns(object.child_value("LastModified")), std::string(without_quotes(object.child_value("ETag")))};
    page.entries.push_back(std::move(entry));
  }
  for (const pugi::xml_node folder : root.children("CommonPrefixes")) {
    const char* prefix = folder.child_value("Prefix");
    page.folders.push_back(encoded ? form_decode(prefix) : prefix);
  }
  if (root.child("IsTruncated").text().as_bool()) {
    page.next = root.child_value("NextContinuationToken");
    if (page.next.empty())
      throw Error(ErrorCode::kStorage, fmt::format("cannot list {}: the server does not say where its next page begins", place));
  }
  return page;
}

}  // namespace coulis::s3
