#include "job/storage/s3/endpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>

#include "core/base/error.hpp"

namespace coulis::s3 {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing here sets it
  return value == nullptr ? "" : value;
}

std::string first_of(std::initializer_list<std::string> values) {
  const auto* found = std::find_if(values.begin(), values.end(), [](const std::string& value) { return !value.empty(); });
  return found == values.end() ? "" : *found;
}

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// A name with a dot would not fit the certificate of "*.s3.amazonaws.com".
bool fits_host_name(const std::string& bucket) {
  return std::all_of(bucket.begin(), bucket.end(), [](unsigned char c) { return std::islower(c) || std::isdigit(c) || c == '-'; });
}

}  // namespace

std::string profile_setting(const std::string& name) {
  const std::string profile = first_of({environment("AWS_PROFILE"), environment("AWS_DEFAULT_PROFILE"), "default"});
  std::ifstream file(first_of({environment("AWS_CONFIG_FILE"), environment("HOME") + "/.aws/config"}));
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('[')) {
      const std::string section = trimmed(line.substr(1, line.find(']') - 1));
      inside = section == "profile " + profile || (profile == "default" && section == "default");
      continue;
    }
    const std::size_t equals = line.find('=');
    const bool nested = line.starts_with(' ') || line.starts_with('\t');  // a setting of a sub-section, such as "s3 ="
    if (inside && !nested && equals != std::string::npos && trimmed(line.substr(0, equals)) == name)
      return trimmed(line.substr(equals + 1));
  }
  return "";
}

std::string find_region(const StorageOptions& options) {
  return first_of({options.region, environment("AWS_REGION"), environment("AWS_DEFAULT_REGION"), profile_setting("region"), "us-east-1"});
}

Endpoint find_endpoint(const std::string& bucket, const std::string& region, const StorageOptions& options) {
  std::string url = first_of(
      {options.endpoint_url, environment("AWS_ENDPOINT_URL_S3"), environment("AWS_ENDPOINT_URL"), profile_setting("endpoint_url")});
  if (url.find('@') != std::string::npos) {  // not repeated: it may hold a password
    throw Error(ErrorCode::kUsage, "the address of the S3 server holds a user name",
                "give the address alone, and credentials as the AWS tools do");
  }
  const bool own = !url.empty();
  if (!own) url = fmt::format("https://s3.{}.amazonaws.com{}", region, region.starts_with("cn-") ? ".cn" : "");
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
  const bool in_host =
      options.addressing == Addressing::kVirtual || (options.addressing == Addressing::kAuto && !own && fits_host_name(bucket));
  if (in_host) {
    endpoint.host = fmt::format("{}.{}", bucket, endpoint.host);
  } else {
    endpoint.path = fmt::format("/{}", bucket);
  }
  return endpoint;
}

}  // namespace coulis::s3
