#include "job/storage/s3/etag.hpp"

#include <algorithm>

#include "job/storage/s3/digest.hpp"

namespace coulis::s3 {
namespace {

constexpr std::size_t kMd5Digits = 32;  // that of an object put in parts has a '-' and is longer

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

std::string_view without_quotes(std::string_view etag) {
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') return etag.substr(1, etag.size() - 2);
  return etag;
}

bool is_damaged(const HttpReply& reply) {
  const std::string_view etag = without_quotes(reply.header("etag"));
  const std::string_view encryption = reply.header("x-amz-server-side-encryption");
  const bool own_key = !reply.header("x-amz-server-side-encryption-customer-algorithm").empty();
  const bool is_md5 = etag.size() == kMd5Digits && is_hex(etag) && !own_key && (encryption.empty() || encryption == "AES256");
  return is_md5 && md5_hex(reply.body) != etag;
}

}  // namespace coulis::s3
