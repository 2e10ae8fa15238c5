// The checksum that an object was put with, where the server gives it with the bytes: CRC32, CRC32C, CRC64NVME, SHA-1 or SHA-256.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "job/storage/s3/http.hpp"

namespace coulis::s3 {

enum class Fit { kUnknown, kFits, kDiffers };

// Of the answer to a GET of a whole object. Unknown: none was given, or that of an upload in parts, which is made of those of the parts.
Fit compare_checksum(const HttpReply& reply);

// By its name in a header, "crc32c": base64, as the header has it; empty for an algorithm that is not known.
std::string checksum_of(std::span<const std::byte> bytes, std::string_view algorithm);

}  // namespace coulis::s3
