// What it means that an S3 server refuses, why it does and what helps: one table.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html, and what MinIO, Ceph and Cloudflare add.
#pragma once

#include <string>

#include "job/storage/s3/http.hpp"

namespace coulis::s3 {

struct ServerError {
  std::string code;  // "NoSuchBucket"
  std::string message;
};
ServerError error_in(const HttpReply& reply);

enum class Meaning {
  kFinal,
  kBusy,       // ask again
  kExpired,    // ask again with new credentials
  kElsewhere,  // ask the place that the answer names
  kObject,     // final, and no other object is concerned
};
Meaning meaning_of(const HttpReply& reply);  // of one that is not ok()

struct Asked {
  std::string bucket;
  std::string address;  // "https://host"
  std::string region;
  bool is_signed = true;
  bool is_paid = false;  // --request-payer
};

struct Advice {
  std::string cause;
  std::string remedy;
};
Advice advise(const HttpReply& reply, const Asked& asked);

}  // namespace coulis::s3
