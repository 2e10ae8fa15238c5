#include "job/storage/arrow_place.hpp"

#include <arrow/filesystem/azurefs.h>
#include <arrow/filesystem/gcsfs.h>
#include <fmt/format.h>

#include <utility>

#include "core/base/error.hpp"
#include "job/storage/location.hpp"
#include "job/storage/s3/endpoint.hpp"
#include "job/storage/s3/profile.hpp"
#include "job/storage/s3/signature.hpp"

namespace coulis {
namespace {

constexpr double kRetryLimit_s = 20;

// "gs://bucket/some prefix?query": Arrow takes the path percent-encoded. Ours are raw bytes.
struct Parts {
  std::string head;  // "gs://bucket"
  std::string path;  // "/some%20prefix" or empty
  std::string query;
  std::string whole() const { return head + path + (query.empty() ? "" : "?" + query); }
};

Parts split(const std::string& uri) {
  const std::size_t question = std::min(uri.find('?'), uri.size());
  const std::size_t slash = std::min(uri.find('/', uri.find("://") + 3), question);
  std::string path = uri.substr(slash, question - slash);
  while (path.ends_with('/')) path.pop_back();
  return {uri.substr(0, slash), s3::percent_encode(path, true), question == uri.size() ? "" : uri.substr(question + 1)};
}

template <class T>
T value_or_throw(arrow::Result<T> result, const Parts& parts) {
  if (result.ok()) return std::move(result).ValueOrDie();
  throw Error(
      ErrorCode::kUsage,
      fmt::format("{}{}: {}", printable(parts.head), printable(parts.path), printable_sentence(without_secrets(result.status().message()))),
      "check the spelling");
}

// host:port
std::string authority_of(const s3::Endpoint& endpoint, const std::string& url) {
  if (endpoint.path.empty()) return endpoint.host;
  throw Error(ErrorCode::kUsage, fmt::format("{}: this cloud's servers are below no path", printable(url)), "write http://host:port");
}

std::string own_url_of_google(const StorageOptions& options) {
  const std::string emulator = s3::environment("STORAGE_EMULATOR_HOST");
  if (!options.endpoint_url.empty() || emulator.empty()) return options.endpoint_url;
  return emulator.find("://") == std::string::npos ? "http://" + emulator : emulator;
}

ArrowPlace open_google(const Parts& parts, const StorageOptions& options) {
  ArrowPlace place;
  auto google = value_or_throw(arrow::fs::GcsOptions::FromUri(parts.whole(), &place.root), parts);
  if (const std::string url = own_url_of_google(options); !url.empty()) {
    const s3::Endpoint endpoint = s3::parse_address(url);
    google.scheme = endpoint.scheme;
    google.endpoint_override = authority_of(endpoint, url);
  }
  // No token goes over an open line; emulators want none.
  if (options.no_sign_request || google.scheme == "http") google.credentials = arrow::fs::GcsOptions::Anonymous().credentials;
  if (!google.retry_limit_seconds) google.retry_limit_seconds = kRetryLimit_s;
  const bool own = !google.endpoint_override.empty();
  place.address = fmt::format("{}://{}", own ? google.scheme : "https", own ? google.endpoint_override : "storage.googleapis.com");
  place.files = value_or_throw(arrow::fs::GcsFileSystem::Make(google), parts);
  return place;
}

bool says_who_asks(const std::string& query) {
  return query.find("sig=") != std::string::npos || query.find("client_id=") != std::string::npos ||
         query.find("credential_kind=") != std::string::npos;
}

ArrowPlace open_azure(const Parts& parts, const StorageOptions& options) {
  ArrowPlace place;
  auto azure = value_or_throw(arrow::fs::AzureOptions::FromUri(parts.whole(), &place.root), parts);
  if (const std::string& url = options.endpoint_url; !url.empty()) {
    const s3::Endpoint endpoint = s3::parse_address(url);
    azure.blob_storage_authority = azure.dfs_storage_authority = authority_of(endpoint, url);
    azure.blob_storage_scheme = azure.dfs_storage_scheme = endpoint.scheme;
  }
  arrow::Status status;
  const std::string key = s3::environment("AZURE_STORAGE_KEY");
  if (options.no_sign_request) {
    status = azure.ConfigureAnonymousCredential();
  } else if (!key.empty() && !says_who_asks(parts.query)) {
    status = azure.ConfigureAccountKeyCredential(key);
  }
  if (!status.ok()) throw Error(ErrorCode::kUsage, printable(status.message()), "check AZURE_STORAGE_KEY");
  place.address = azure.AccountBlobUrl(azure.account_name);
  place.files = value_or_throw(arrow::fs::AzureFileSystem::Make(azure), parts);
  return place;
}

}  // namespace

std::string without_secrets(const std::string& message) {
  std::string text = message.substr(0, message.find(" error_info={"));  // Google's, for programs
  for (std::size_t at = text.find("sig="); at != std::string::npos; at = text.find("sig=", at + 1)) {
    const std::size_t begin = at + 4;
    text.replace(begin, std::min(text.find_first_of("& '\")", begin), text.size()) - begin, "...");
  }
  return text;
}

ArrowPlace open_arrow_place(const std::string& uri, const StorageOptions& options) {
  const Parts parts = split(uri);
  if (parts.path.find("//") != std::string::npos) {
    throw Error(ErrorCode::kUsage,
                fmt::format("{}{}: in this cloud's addresses coulis takes no '//'", printable(parts.head), printable(parts.path)),
                "name a prefix without it");
  }
  if (options.request_payer) {
    throw Error(ErrorCode::kUsage, fmt::format("{}: --request-payer is for S3 alone", printable(parts.head)),
                "leave it out, or copy to a bucket that you pay for");
  }
  return uri.starts_with("gs://") ? open_google(parts, options) : open_azure(parts, options);
}

}  // namespace coulis
