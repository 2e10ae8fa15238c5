#include "job/storage/s3/digest.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <new>

#include "core/base/sha256.hpp"

namespace coulis::s3 {

std::string to_hex(std::span<const unsigned char> bytes) {
  std::string text;
  for (const unsigned char byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

std::string sha256_hex(std::span<const std::byte> bytes) {
  return sha256_of(bytes);
}

std::string md5_hex(std::span<const std::byte> bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_md5(), nullptr) != 1) throw std::bad_alloc();
  return to_hex(std::span(digest).first(size));
}

}  // namespace coulis::s3
