// StorageOptions: how buckets are reached. Folders need none of it.
#pragma once

#include <string>
#include <string_view>

namespace coulis {

enum class Addressing { kAuto, kPath, kVirtual };  // auto: path with an endpoint of one's own, virtual with Amazon's

std::string_view to_string(Addressing addressing);   // "auto", "path", "virtual"
Addressing parse_addressing(std::string_view name);  // throws Error(kUsage)

struct StorageOptions {
  std::string endpoint_url{};  // empty: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, the profile's, Amazon's
  std::string region{};        // empty: AWS_REGION, AWS_DEFAULT_REGION, the profile's, what the bucket answers
  Addressing addressing = Addressing::kAuto;
};

template <class V>
void visit_fields(StorageOptions& o, V&& v) {
  v("endpoint-url", "S3 server, such as http://127.0.0.1:9000; as AWS_ENDPOINT_URL", o.endpoint_url);
  v("region", "Of the S3 bucket; as AWS_REGION", o.region);
  v("addressing", "Where the bucket's name goes in an S3 address: auto, path or virtual", o.addressing);
}

}  // namespace coulis
