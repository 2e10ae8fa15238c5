#include "job/storage/s3/signature.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <new>

#include "job/storage/s3/digest.hpp"

namespace coulis::s3 {
namespace {

using Digest = std::array<unsigned char, 32>;

Digest hmac(std::span<const unsigned char> key, std::string_view text) {
  Digest digest{};
  unsigned size = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes, text.size(), digest.data(), &size) == nullptr)
    throw std::bad_alloc();
  return digest;
}

Digest hmac(std::string_view key, std::string_view text) {
  return hmac(std::span(reinterpret_cast<const unsigned char*>(key.data()), key.size()), text);
}

}  // namespace

std::string percent_encode(std::string_view raw, bool keep_slash) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string text;
  text.reserve(raw.size());
  for (const char c : raw) {
    if (kPlain.find(c) != std::string_view::npos || (c == '/' && keep_slash)) {
      text += c;
    } else {
      text += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return text;
}

std::string canonical_query(Query query) {
  for (auto& [name, value] : query) {
    name = percent_encode(name, false);
    value = percent_encode(value, false);
  }
  std::sort(query.begin(), query.end());
  std::string text;
  for (const auto& [name, value] : query) text += fmt::format("{}{}={}", text.empty() ? "" : "&", name, value);
  return text;
}

std::vector<std::string> sign(const RequestToSign& request, const Credentials& credentials, std::string_view region, std::time_t now) {
  const std::string time = fmt::format("{:%Y%m%dT%H%M%SZ}", fmt::gmtime(now));
  const std::string day = time.substr(0, 8);
  const std::string body_hash = sha256_hex(request.body);
  auto headers = request.headers;
  headers.emplace_back("host", request.host);
  headers.emplace_back("x-amz-content-sha256", body_hash);
  headers.emplace_back("x-amz-date", time);
  if (!credentials.session_token.empty()) headers.emplace_back("x-amz-security-token", credentials.session_token);
  std::sort(headers.begin(), headers.end());

  std::string canonical_headers;
  std::string signed_names;
  for (const auto& [name, value] : headers) {
    canonical_headers += fmt::format("{}:{}\n", name, value);
    signed_names += fmt::format("{}{}", signed_names.empty() ? "" : ";", name);
  }
  const std::string canonical =
      fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, request.path, request.query, canonical_headers, signed_names, body_hash);
  const std::string scope = fmt::format("{}/{}/{}/aws4_request", day, region, request.service);
  const std::string to_sign = fmt::format("AWS4-HMAC-SHA256\n{}\n{}\n{}", time, scope, sha256_hex(std::as_bytes(std::span(canonical))));
  const Digest key = hmac(hmac(hmac(hmac("AWS4" + credentials.secret_key, day), region), request.service), "aws4_request");

  std::vector<std::string> lines;
  for (const auto& [name, value] : headers) {
    if (name != "host") lines.push_back(fmt::format("{}: {}", name, value));
  }
  lines.push_back(fmt::format("Authorization: AWS4-HMAC-SHA256 Credential={}/{},SignedHeaders={},Signature={}", credentials.access_key,
                              scope, signed_names, to_hex(hmac(key, to_sign))));
  return lines;
}

}  // namespace coulis::s3
