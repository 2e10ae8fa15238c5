// Signs a request for S3 or STS: AWS Signature Version 4.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
#pragma once

#include <cstddef>
#include <ctime>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coulis::s3 {

struct Credentials {
  std::string access_key;
  std::string secret_key;
  std::string session_token;  // empty for those that do not expire

  bool operator==(const Credentials&) const = default;
};

using Query = std::vector<std::pair<std::string, std::string>>;

struct RequestToSign {
  std::string method;
  std::string host;                                          // with the port, if it is not the scheme's own
  std::string path;                                          // encoded
  std::string query;                                         // canonical
  std::vector<std::pair<std::string, std::string>> headers;  // more to sign, such as {"range", "bytes=0-9"}: names in lower case
  std::span<const std::byte> body;
  std::string_view service = "s3";
};

// Every byte but A-Z a-z 0-9 - . _ ~ as %NN; '/' stays where `keep_slash`.
std::string percent_encode(std::string_view raw, bool keep_slash);

std::string canonical_query(Query query);  // sorted and encoded: for the URL and the signature alike

// The headers to send, "Name: value": Authorization and those that it covers, but for `host`.
std::vector<std::string> sign(const RequestToSign& request, const Credentials& credentials, std::string_view region, std::time_t now);

}  // namespace coulis::s3
