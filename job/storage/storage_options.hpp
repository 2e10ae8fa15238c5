// StorageOptions: how buckets are reached. Folders need the last only.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

#include "core/base/enum_names.hpp"
#include "core/base/field.hpp"

namespace coulis {

enum class Addressing { kAuto, kPath, kVirtual };  // auto: path with an endpoint of one's own, virtual with Amazon's

template <>
struct EnumNames<Addressing> {
  static constexpr std::string_view kWhat = "addressing";
  static constexpr std::array<std::pair<Addressing, std::string_view>, 3> kAll = {
      {{Addressing::kAuto, "auto"}, {Addressing::kPath, "path"}, {Addressing::kVirtual, "virtual"}}};
};

struct StorageOptions {
  std::string endpoint_url{};  // empty: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, the profile's, Amazon's
  std::string region{};        // empty: AWS_REGION, AWS_DEFAULT_REGION, the profile's, what the bucket answers
  Addressing addressing = Addressing::kAuto;
  bool no_sign_request = false;
  bool request_payer = false;
  std::uint64_t max_photo_bytes = std::uint64_t{1} << 30;
  const std::atomic<bool>* maybe_interrupted = nullptr;  // by a signal: no call waits for longer than a few seconds from then on
};

template <OptionsOf<StorageOptions> O, class V>
void visit_fields(O& o, V&& v) {
  v(Field("endpoint-url", "Storage server, such as http://127.0.0.1:9000; overrides AWS_ENDPOINT_URL", Affects::kNothing), o.endpoint_url);
  v(Field("region", "S3 region; overrides AWS_REGION", Affects::kNothing), o.region);
  v(Field("addressing", "Where the bucket name goes in an S3 address: auto, path or virtual", Affects::kNothing), o.addressing);
  v(Field("no-sign-request", "Send no credentials, for public buckets", Affects::kNothing), o.no_sign_request);
  v(Field("request-payer", "Pay for the requests to a requester-pays S3 bucket", Affects::kNothing), o.request_payer);
  v(Field("max-photo-bytes", "Refuse photos with more bytes, before they are read or unpacked", Affects::kFeatures, {1, 1LL << 40}),
    o.max_photo_bytes);
}

}  // namespace coulis
