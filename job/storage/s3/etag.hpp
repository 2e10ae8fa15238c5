// The ETag as a checksum: for an object that was put whole and is not encrypted by KMS or with a customer's key, it is the MD5 of its
// bytes. Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
#pragma once

#include <string>
#include <string_view>

#include "job/storage/s3/http.hpp"

namespace coulis::s3 {

std::string_view without_quotes(std::string_view etag);

bool is_damaged(const HttpReply& reply);  // the answer to a GET of a whole object

}  // namespace coulis::s3
