// Checksums as S3 writes them: lower-case hex.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace coulis::s3 {

std::string to_hex(std::span<const unsigned char> bytes);
std::string sha256_hex(std::span<const std::byte> bytes);
std::string md5_hex(std::span<const std::byte> bytes);

}  // namespace coulis::s3
