#include "job/storage/s3/endpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "core/base/error.hpp"
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

std::string url_of_amazon(std::string_view service, const std::string& region) {
  return fmt::format("https://{}.{}.amazonaws.com{}", service, region, region.starts_with("cn-") ? ".cn" : "");
}

Endpoint parse_address(const std::string& url) {
  if (url.find('@') != std::string::npos) {  // not repeated: it may hold a password
    throw Error(ErrorCode::kUsage, "the address of the S3 server holds a user name",
                "give the address alone, and credentials as the AWS tools do");
  }
  const std::size_t scheme_end = url.find("://");
  Endpoint endpoint;
  if (scheme_end != std::string::npos) {
    endpoint.scheme = url.substr(0, scheme_end);
    endpoint.host = url.substr(scheme_end + 3);
  }
  while (endpoint.host.ends_with('/')) endpoint.host.pop_back();
  if ((endpoint.scheme != "http" && endpoint.scheme != "https") || endpoint.host.empty() || endpoint.host.find('/') != std::string::npos) {
    throw Error(ErrorCode::kUsage, fmt::format("'{}' is not the address of an S3 server", url), "write http://host:port or https://host");
  }
  const std::string own_port = endpoint.scheme == "http" ? ":80" : ":443";  // clients leave it out of the signed host
  if (endpoint.host.ends_with(own_port)) endpoint.host.resize(endpoint.host.size() - own_port.size());
  return endpoint;
}

}  // namespace

std::string find_region(const StorageOptions& options) {
  return first_of({options.region, environment("AWS_REGION"), environment("AWS_DEFAULT_REGION"),
                   profile_setting(profile_in_use(), "region"), "us-east-1"});
}

Endpoint find_endpoint(const std::string& bucket, const std::string& region, const StorageOptions& options) {
  const std::string url =
      first_of({options.endpoint_url, environment("AWS_ENDPOINT_URL_S3"), environment("AWS_ENDPOINT_URL"), url_of_profile()});
  const bool own = !url.empty();
  Endpoint endpoint = parse_address(own ? url : url_of_amazon("s3", region));
  const bool in_host =
      options.addressing == Addressing::kVirtual || (options.addressing == Addressing::kAuto && !own && fits_host_name(bucket));
  if (in_host) {
    endpoint.host = fmt::format("{}.{}", bucket, endpoint.host);
  } else {
    endpoint.path = fmt::format("/{}", bucket);
  }
  return endpoint;
}

Endpoint find_sts_endpoint(const std::string& region) {
  return parse_address(
      first_of({environment("AWS_ENDPOINT_URL_STS"), environment("AWS_ENDPOINT_URL"), url_of_profile(), url_of_amazon("sts", region)}));
}

}  // namespace coulis::s3
