#include "job/storage/s3/list_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <pugixml.hpp>

#include "core/base/error.hpp"
#include "job/storage/percent_decode.hpp"
#include "job/storage/s3/etag.hpp"

namespace coulis::s3 {
namespace {

// "2026-11-22T09:38:05.000Z" -> nanoseconds since 1970; 0 if it is none
std::int64_t parse_time_ns(std::string_view text) {
  constexpr std::string_view kForm = "0000-00-00T00:00:00";
  if (text.size() < kForm.size()) return 0;
  const auto number = [&](std::size_t at, std::size_t digits) {
    int value = 0;
    std::from_chars(text.data() + at, text.data() + std::min(at + digits, text.size()), value);
    return value;
  };
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    const bool is_digit = text[i] >= '0' && text[i] <= '9';
    if (kForm[i] == '0' ? !is_digit : text[i] != kForm[i]) return 0;
  }
  const std::chrono::sys_days date{std::chrono::year{number(0, 4)} / number(5, 2) / number(8, 2)};
  const auto time = date + std::chrono::hours{number(11, 2)} + std::chrono::minutes{number(14, 2)} +
                    std::chrono::seconds{number(17, 2)} + std::chrono::milliseconds{text.substr(19, 1) == "." ? number(20, 3) : 0};
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

}  // namespace

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
    Entry entry{encoded ? form_decode(key) : key, object.child("Size").text().as_ullong(), parse_time_ns(object.child_value("LastModified")),
                std::string(without_quotes(object.child_value("ETag")))};
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
