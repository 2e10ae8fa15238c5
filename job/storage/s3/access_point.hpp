// Access points, which stand for a bucket under an ARN of their own: their hosts, and where an ARN ends and a key begins.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-access-points.html
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace coulis::s3 {

struct AccessPoint {
  std::string label;    // "name-123456789012", before the service in the host
  std::string host;     // "s3-accesspoint": the first name of the service's host
  std::string service;  // "s3", "s3-outposts": in the signature
  std::string region;
};

// "arn:aws:s3:eu-west-3:123456789012:accesspoint/name". Nothing for a bucket's name. Throws Error(kUsage) for other ARNs, and for
// buckets that need another protocol.
std::optional<AccessPoint> maybe_access_point(const std::string& bucket);

// What comes before the prefix in "bucket/prefix": of an ARN the name of the access point too, after '/' or ':'.
std::string_view bucket_in(std::string_view path);

}  // namespace coulis::s3
