#include "job/storage/s3/digest.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <new>

namespace coulis::s3 {
namespace {

std::string digest_hex(std::span<const std::byte> bytes, const EVP_MD* algorithm) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, algorithm, nullptr) != 1) throw std::bad_alloc();
  return to_hex(std::span(digest).first(size));
}

}  // namespace

std::string to_hex(std::span<const unsigned char> bytes) {
  std::string text;
  for (const unsigned char byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

std::string sha256_hex(std::span<const std::byte> bytes) {
  return digest_hex(bytes, EVP_sha256());
}

std::string md5_hex(std::span<const std::byte> bytes) {
  return digest_hex(bytes, EVP_md5());
}

}  // namespace coulis::s3
