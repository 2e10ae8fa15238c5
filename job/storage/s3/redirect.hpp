// Where an answer sends us: another region for the signature, another server.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/Redirects.html
#pragma once

#include <optional>
#include <string>

#include "job/storage/s3/endpoint.hpp"
#include "job/storage/s3/http.hpp"

namespace coulis::s3 {

struct Redirect {
  Place place;
  bool for_all = true;  // false: this request alone (307, of a bucket that is hours old)
};

// Nothing where the answer names no other place, or one of another owner: a signed request may hold a session token.
std::optional<Redirect> maybe_redirect(const HttpReply& reply, const Place& from, const std::string& bucket, const std::string& key,
                                       const StorageOptions& options);

std::string region_in(const HttpReply& reply);   // that the answer names; empty if it names none
std::string address_in(const HttpReply& reply);  // that the answer names, without the object: "https://host"; empty if it names none

}  // namespace coulis::s3
