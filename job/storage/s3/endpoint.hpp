// Where a bucket is: scheme, host, path; from flags, the environment and the profile, in the order of the AWS tools.
#pragma once

#include <string>

#include "job/storage/storage_options.hpp"

namespace coulis::s3 {

struct Endpoint {
  std::string scheme;  // "https"
  std::string host;    // with its port, if it is not the scheme's own
  std::string path;    // before the '/' of a key: "/bucket", or "", or "/storage/v1/s3/bucket" where the server is below a path

  bool operator==(const Endpoint&) const = default;
  std::string url() const { return scheme + "://" + host + path; }
};

// Where requests go, and what their signature names.
struct Place {
  Endpoint endpoint;
  std::string region;
  std::string service = "s3";

  bool operator==(const Place&) const = default;
};

Endpoint parse_address(const std::string& url);  // "http://host:port/path"; throws Error(kUsage)

std::string find_region(const StorageOptions& options);  // "us-east-1" if nothing says another

bool has_own_endpoint(const StorageOptions& options);  // not Amazon's by itself

// Of a bucket, by name, or of an access point, by ARN, which says its own region. Throws Error(kUsage).
Place find_place(const std::string& bucket, const std::string& region, const StorageOptions& options);

// As find_place() would have it, at another server: the bucket in the host's name if it can be there.
Endpoint with_bucket(Endpoint server, const std::string& bucket, bool in_host);

Endpoint find_sts_endpoint(const std::string& region);  // of the service that gives roles; throws Error(kUsage)

}  // namespace coulis::s3
