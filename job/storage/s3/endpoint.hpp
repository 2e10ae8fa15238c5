// Where a bucket is: scheme, host, path; from flags, the environment and the profile, in the order of the AWS tools.
#pragma once

#include <string>

#include "job/storage/storage_options.hpp"

namespace coulis::s3 {

struct Endpoint {
  std::string scheme;  // "https"
  std::string host;    // with its port, if it is not the scheme's own
  std::string path;    // "/bucket" or empty: before the '/' of a key
};

std::string find_region(const StorageOptions& options);  // "us-east-1" if nothing says another

Endpoint find_endpoint(const std::string& bucket, const std::string& region, const StorageOptions& options);  // throws Error(kUsage)

Endpoint find_sts_endpoint(const std::string& region);  // of the service that gives roles; throws Error(kUsage)

}  // namespace coulis::s3
