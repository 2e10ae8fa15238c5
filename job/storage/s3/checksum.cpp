#include "job/storage/s3/checksum.hpp"

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <new>
#include <vector>

namespace coulis::s3 {
namespace {

constexpr std::string_view kHeader = "x-amz-checksum-";

// Reflected, complemented before and after; eight bytes a step.
template <class Word, Word kPolynomial>
class Crc {
 public:
  Crc() {
    for (Word byte = 0; byte < 256; ++byte) {
      Word value = byte;
      for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? kPolynomial : 0);
      tables_[0][byte] = value;
    }
    for (std::size_t table = 1; table < tables_.size(); ++table) {
      for (std::size_t byte = 0; byte < 256; ++byte) {
        const Word before = tables_[table - 1][byte];
        tables_[table][byte] = (before >> 8) ^ tables_[0][before & 0xFF];
      }
    }
  }

  std::vector<unsigned char> of(std::span<const std::byte> bytes) const {  // big-endian
    Word crc = ~Word{0};
    for (; bytes.size() >= sizeof(std::uint64_t); bytes = bytes.subspan(sizeof(std::uint64_t))) {
      std::uint64_t eight = 0;  // little-endian, as all of our CPUs are
      std::memcpy(&eight, bytes.data(), sizeof eight);
      eight ^= crc;
      crc = 0;
      for (std::size_t i = 0; i < tables_.size(); ++i) crc ^= tables_[tables_.size() - 1 - i][(eight >> (8 * i)) & 0xFF];
    }
    for (const std::byte byte : bytes) crc = (crc >> 8) ^ tables_[0][(crc ^ static_cast<Word>(byte)) & 0xFF];
    crc = ~crc;
    std::vector<unsigned char> digest;
    for (std::size_t i = sizeof(Word); i-- > 0;) digest.push_back(static_cast<unsigned char>(crc >> (8 * i)));
    return digest;
  }

 private:
  std::array<std::array<Word, 256>, 8> tables_{};
};

std::vector<unsigned char> digest_of(std::span<const std::byte> bytes, const EVP_MD* algorithm) {
  std::vector<unsigned char> digest(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, algorithm, nullptr) != 1) throw std::bad_alloc();
  digest.resize(size);
  return digest;
}

std::vector<unsigned char> raw_checksum_of(std::span<const std::byte> bytes, std::string_view algorithm) {
  static const Crc<std::uint32_t, 0xEDB88320> crc32;
  static const Crc<std::uint32_t, 0x82F63B78> crc32c;
  static const Crc<std::uint64_t, 0x9A6C9329AC4BC9B5> crc64nvme;
  if (algorithm == "crc64nvme") return crc64nvme.of(bytes);
  if (algorithm == "crc32") return crc32.of(bytes);
  if (algorithm == "crc32c") return crc32c.of(bytes);
  if (algorithm == "sha1") return digest_of(bytes, EVP_sha1());
  if (algorithm == "sha256") return digest_of(bytes, EVP_sha256());
  return {};
}

}  // namespace

std::string checksum_of(std::span<const std::byte> bytes, std::string_view algorithm) {
  const std::vector<unsigned char> raw = raw_checksum_of(bytes, algorithm);
  std::string text((raw.size() + 2) / 3 * 4 + 1, '\0');
  text.resize(
      static_cast<std::size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), raw.data(), static_cast<int>(raw.size()))));
  return text;
}

Fit compare_checksum(const HttpReply& reply) {
  if (reply.header("x-amz-checksum-type") == "COMPOSITE") return Fit::kUnknown;
  for (const auto& [name, value] : reply.headers) {
    if (!name.starts_with(kHeader) || value.find('-') != std::string::npos) continue;  // "...=-3": of three parts
    const std::string found = checksum_of(reply.body, std::string_view(name).substr(kHeader.size()));
    if (!found.empty()) return found == value ? Fit::kFits : Fit::kDiffers;
  }
  return Fit::kUnknown;
}

}  // namespace coulis::s3
