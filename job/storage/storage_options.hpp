// StorageOptions: how buckets are reached. Folders need none of it.
#pragma once

#include <atomic>
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
  bool no_sign_request = false;
  bool request_payer = false;
  const std::atomic<bool>* maybe_interrupted = nullptr;  // by a signal: no call waits for longer than a few seconds from then on
};

template <class V>
void visit_fields(StorageOptions& o, V&& v) {
  v("endpoint-url", "Server of the buckets, such as http://127.0.0.1:9000; for S3 as AWS_ENDPOINT_URL", o.endpoint_url);
  v("region", "Of the S3 bucket; as AWS_REGION", o.region);
  v("addressing", "Where the bucket's name goes in an S3 address: auto, path or virtual", o.addressing);
  v("no-sign-request", "Use no credentials, for public buckets", o.no_sign_request);
  v("request-payer", "Pay for the requests, where the owner of the S3 bucket does not", o.request_payer);
}

}  // namespace coulis
