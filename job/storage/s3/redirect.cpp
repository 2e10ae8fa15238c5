#include "job/storage/s3/redirect.hpp"

#include <algorithm>
#include <cctype>
#include <pugixml.hpp>
#include <string_view>

#include "core/base/error.hpp"
#include "job/storage/s3/signature.hpp"

namespace coulis::s3 {
namespace {

constexpr std::size_t kLongestRegion = 32;

std::string field_of_error(const HttpReply& reply, const char* name) {
  pugi::xml_document document;
  document.load_buffer(reply.body.data(), reply.body.size());
  return document.child("Error").child_value(name);
}

bool is_redirection(const HttpReply& reply) {
  return reply.status >= 301 && reply.status <= 308 && reply.status != 304;
}

std::optional<Endpoint> maybe_endpoint(const std::string& url) {
  try {
    return parse_address(url);
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::string_view without_bucket(std::string_view host, const std::string& bucket) {
  const bool in_host = host.size() > bucket.size() && host.starts_with(bucket) && host[bucket.size()] == '.';
  return in_host ? host.substr(bucket.size() + 1) : host;
}

std::string_view without_port(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  return colon == std::string_view::npos || host.find(']', colon) != std::string_view::npos ? host : host.substr(0, colon);
}

// "amazonaws.com" of "s3.eu-west-3.amazonaws.com"; empty for hosts that are not those of S3. Anybody may have a name below amazonaws.com.
std::string_view amazon_domain(std::string_view host) {
  for (const std::string_view domain : {"amazonaws.com", "amazonaws.com.cn", "amazonaws.eu"}) {
    if ((host.starts_with("s3.") || host.starts_with("s3-")) && host.ends_with(domain) && host[host.size() - domain.size() - 1] == '.')
      return domain;
  }
  return {};
}

bool has_same_owner(const Endpoint& next, const Endpoint& from, const std::string& bucket) {
  if (from.scheme == "https" && next.scheme != "https") return false;
  const std::string_view host = without_port(without_bucket(next.host, bucket));
  const std::string_view trusted = without_port(without_bucket(from.host, bucket));
  if (const std::string_view domain = amazon_domain(trusted); !domain.empty()) return amazon_domain(host) == domain;
  return host == trusted || (host.ends_with(trusted) && host[host.size() - trusted.size() - 1] == '.');
}

// "eu-west-3" of "s3.eu-west-3.amazonaws.com" and of "s3-eu-west-3.amazonaws.com".
std::string region_of_host(std::string_view host) {
  const std::string_view domain = amazon_domain(host);
  if (domain.empty() || host.size() <= domain.size() + 4) return "";
  std::string_view region = host.substr(3, host.size() - domain.size() - 4);
  if (region.starts_with("dualstack.")) region.remove_prefix(10);
  return std::string(region);
}

std::string decoded(std::string_view path) {
  std::string raw;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const bool escape = path[i] == '%' && i + 2 < path.size() && std::isxdigit(static_cast<unsigned char>(path[i + 1])) != 0 &&
                        std::isxdigit(static_cast<unsigned char>(path[i + 2])) != 0;
    raw += escape ? static_cast<char>(std::stoi(std::string(path.substr(i + 1, 2)), nullptr, 16)) : path[i];
    if (escape) i += 2;
  }
  return raw;
}

// The address before the key. Nothing where the address is not that of the same object: a login page, a website.
std::optional<Endpoint> maybe_same_object(std::string location, const Place& from, const std::string& bucket, const std::string& key) {
  if (location.starts_with('/')) location.insert(0, from.endpoint.scheme + "://" + from.endpoint.host);
  location.resize(std::min(location.find('?'), location.size()));
  std::optional<Endpoint> endpoint = maybe_endpoint(location);
  if (!endpoint) return std::nullopt;
  std::string path = decoded(endpoint->path);
  std::string_view wanted = key;
  while (wanted.ends_with('/')) wanted.remove_suffix(1);  // as parse_address() does
  if (!wanted.empty()) {
    if (!path.ends_with("/" + std::string(wanted))) return std::nullopt;
    path.resize(path.size() - wanted.size() - 1);
  }
  const bool of_bucket = path.empty() ? without_bucket(endpoint->host, bucket) != endpoint->host : path.ends_with("/" + bucket);
  endpoint->path = percent_encode(path, true);
  if (!of_bucket && endpoint->path != from.endpoint.path) return std::nullopt;
  return endpoint;
}

std::optional<Endpoint> maybe_next_endpoint(const HttpReply& reply, const Place& from, const std::string& bucket, const std::string& key) {
  if (const std::string location(reply.header("location")); !location.empty()) return maybe_same_object(location, from, bucket, key);
  const std::string named = field_of_error(reply, "Endpoint");
  if (named.empty()) return std::nullopt;
  const bool in_host = without_bucket(named, bucket) != named && bucket.find('.') == std::string::npos;
  auto server = maybe_endpoint(from.endpoint.scheme + "://" + std::string(without_bucket(named, bucket)));
  return server ? std::optional(with_bucket(std::move(*server), bucket, in_host)) : std::nullopt;
}

}  // namespace

std::string region_in(const HttpReply& reply) {
  std::string region(reply.header("x-amz-bucket-region"));
  if (region.empty() && !reply.ok()) region = field_of_error(reply, "Region");
  const bool usable = region.size() <= kLongestRegion && std::all_of(region.begin(), region.end(), [](unsigned char c) {
                        return std::isalnum(c) || c == '-' || c == '_';
                      });  // it may become part of a host
  return usable ? region : "";
}

std::string address_in(const HttpReply& reply) {
  std::string address(reply.header("location"));
  if (address.empty()) address = field_of_error(reply, "Endpoint");
  if (!address.empty() && address.find("://") == std::string::npos) address.insert(0, "https://");
  const std::optional<Endpoint> endpoint = maybe_endpoint(address.substr(0, address.find('?')));
  return endpoint ? endpoint->scheme + "://" + endpoint->host : "";
}

std::optional<Redirect> maybe_redirect(const HttpReply& reply, const Place& from, const std::string& bucket, const std::string& key,
                                       const StorageOptions& options) {
  const std::string region = region_in(reply);
  const bool moved = !region.empty() && region != from.region;
  const bool for_all = reply.status != 307 && reply.status != 302;
  const bool own = has_own_endpoint(options);
  const bool by_region = moved && for_all && !own;  // Amazon's hosts are known
  if (is_redirection(reply) && !by_region) {
    if (const auto next = maybe_next_endpoint(reply, from, bucket, key); next && has_same_owner(*next, from.endpoint, bucket)) {
      const std::string named = region.empty() ? region_of_host(without_bucket(next->host, bucket)) : region;
      const Place place{*next, named.empty() ? from.region : named, from.service};
      if (place != from) return Redirect{place, for_all};
    }
  }
  if (!moved) return std::nullopt;
  const Place place = own ? Place{from.endpoint, region, from.service} : find_place(bucket, region, options);
  return place == from ? std::nullopt : std::optional(Redirect{place, true});
}

}  // namespace coulis::s3
