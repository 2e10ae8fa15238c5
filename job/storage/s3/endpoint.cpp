#include "job/storage/s3/endpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "core/base/error.hpp"
#include "job/storage/location.hpp"
#include "job/storage/s3/access_point.hpp"
#include "job/storage/s3/profile.hpp"

namespace coulis::s3 {
namespace {

// A name with a dot would not fit the certificate of "*.s3.amazonaws.com".
bool fits_host_name(const std::string& bucket) {
  return std::all_of(bucket.begin(), bucket.end(), [](unsigned char c) { return std::islower(c) || std::isdigit(c) || c == '-'; });
}

std::string url_of_profile() {
  return profile_setting(profile_in_use(), "endpoint_url");
}

std::string own_url(const StorageOptions& options) {
  return first_of({options.endpoint_url, environment("AWS_ENDPOINT_URL_S3"), environment("AWS_ENDPOINT_URL"), url_of_profile()});
}

// Source: the partitions of the AWS SDKs
std::string url_of_amazon(std::string_view service, const std::string& region) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kDomains = {
      {{"cn-", "amazonaws.com.cn"}, {"eusc-", "amazonaws.eu"}, {"us-iso-", "c2s.ic.gov"}, {"us-isob-", "sc2s.sgov.gov"}}};
  const auto* found = std::find_if(kDomains.begin(), kDomains.end(), [&](const auto& domain) { return region.starts_with(domain.first); });
  return fmt::format("https://{}.{}.{}", service, region, found == kDomains.end() ? "amazonaws.com" : found->second);
}

bool is_in_urls(const std::string& text) {
  constexpr std::string_view kOthers = "-._~:/[]%!$&'()*+,;=";
  return std::all_of(text.begin(), text.end(),
                     [&](unsigned char c) { return std::isalnum(c) || kOthers.find(static_cast<char>(c)) != std::string_view::npos; });
}

}  // namespace

Endpoint parse_address(const std::string& url) {
  if (url.find('@') != std::string::npos) {  // not repeated: it may hold a password
    throw Error(ErrorCode::kUsage, "the address of the server holds a user name",
                "give the address alone, and credentials as the tools of that cloud do");
  }
  const std::size_t scheme_end = url.find("://");
  Endpoint endpoint;
  if (scheme_end != std::string::npos) {
    endpoint.scheme = url.substr(0, scheme_end);
    const std::size_t slash = std::min(url.find('/', scheme_end + 3), url.size());
    endpoint.host = url.substr(scheme_end + 3, slash - scheme_end - 3);
    endpoint.path = url.substr(slash);
  }
  while (endpoint.path.ends_with('/')) endpoint.path.pop_back();
  if ((endpoint.scheme != "http" && endpoint.scheme != "https") || endpoint.host.empty() || endpoint.host.starts_with(':') ||
      !is_in_urls(url))
    throw Error(ErrorCode::kUsage, fmt::format("'{}' is not the address of a server", printable(url)),
                "write http://host:port or https://host/path");
  const std::string own_port = endpoint.scheme == "http" ? ":80" : ":443";  // clients leave it out of the signed host
  if (endpoint.host.ends_with(own_port)) endpoint.host.resize(endpoint.host.size() - own_port.size());
  return endpoint;
}

std::string find_region(const StorageOptions& options) {
  return first_of({options.region, environment("AWS_REGION"), environment("AWS_DEFAULT_REGION"),
                   profile_setting(profile_in_use(), "region"), "us-east-1"});
}

bool has_own_endpoint(const StorageOptions& options) {
  return !own_url(options).empty();
}

Endpoint with_bucket(Endpoint server, const std::string& bucket, bool in_host) {
  if (in_host) {
    server.host = fmt::format("{}.{}", bucket, server.host);
  } else {
    server.path += fmt::format("/{}", bucket);
  }
  return server;
}

Place find_place(const std::string& bucket, const std::string& region, const StorageOptions& options) {
  const std::string url = own_url(options);
  const bool own = !url.empty();
  if (const auto maybe_point = maybe_access_point(bucket)) {
    const Endpoint server = parse_address(own ? url : url_of_amazon(maybe_point->host, maybe_point->region));
    return {with_bucket(server, maybe_point->label, true), maybe_point->region, maybe_point->service};
  }
  const bool in_host =
      options.addressing == Addressing::kVirtual || (options.addressing == Addressing::kAuto && !own && fits_host_name(bucket));
  return {with_bucket(parse_address(own ? url : url_of_amazon("s3", region)), bucket, in_host), region};
}

Endpoint find_sts_endpoint(const std::string& region) {
  return parse_address(
      first_of({environment("AWS_ENDPOINT_URL_STS"), environment("AWS_ENDPOINT_URL"), url_of_profile(), url_of_amazon("sts", region)}));
}

}  // namespace coulis::s3
