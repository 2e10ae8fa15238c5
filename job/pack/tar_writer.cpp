#include "job/pack/tar_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

namespace coulis {
namespace {

constexpr std::size_t kBlock = 512;
constexpr std::size_t kNameBytes = 100;
constexpr std::size_t kMostWaiting = 1 << 20;

struct Header {
  std::array<char, kBlock> bytes{};

  void text(std::size_t offset, std::string_view value) { std::memcpy(bytes.data() + offset, value.data(), value.size()); }
  void octal(std::size_t offset, int digits, std::uint64_t value) { text(offset, fmt::format("{:0{}o}", value, digits)); }
};

// https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html, "ustar Interchange Format"
Header make_header(std::string_view name, char type, std::uint64_t size_bytes) {
  Header header;
  header.text(0, name.substr(0, kNameBytes));
  header.octal(100, 7, 0644);
  header.octal(108, 7, 0);  // owner, group
  header.octal(116, 7, 0);
  header.octal(124, 11, size_bytes);
  header.octal(136, 11, 0);  // time
  header.text(148, "        ");
  header.bytes[156] = type;
  header.text(257, std::string_view("ustar\00000", 8));
  std::uint64_t sum = 0;
  for (const char byte : header.bytes) sum += static_cast<unsigned char>(byte);
  header.octal(148, 6, sum);
  header.bytes[154] = '\0';
  return header;
}

// "27 path=Apricot/1.jpg\n": the number counts its own digits.
std::string pax_record(const std::string& key, const std::string& value) {
  const std::size_t others = key.size() + value.size() + 3;  // ' ', '=', '\n'
  std::size_t size = others + 1;
  while (size != others + fmt::format("{}", size).size()) size = others + fmt::format("{}", size).size();
  return fmt::format("{} {}={}\n", size, key, value);
}

}  // namespace

std::uint64_t tar_bytes(std::uint64_t file_bytes) {
  return kBlock + (file_bytes + kBlock - 1) / kBlock * kBlock;
}

void TarWriter::write(std::span<const std::byte> bytes) {
  waiting_.insert(waiting_.end(), bytes.begin(), bytes.end());
  size_ += bytes.size();
  if (waiting_.size() >= kMostWaiting) flush();
}

void TarWriter::flush() {
  out_.write(waiting_);
  waiting_.clear();
}

void TarWriter::write_entry(const std::string& name, char type, std::span<const std::byte> bytes) {
  const Header header = make_header(name, type, bytes.size());
  write(std::as_bytes(std::span(header.bytes)));
  write(bytes);
  const std::array<std::byte, kBlock> zeros{};
  write(std::span(zeros).first((kBlock - bytes.size() % kBlock) % kBlock));
}

std::uint64_t TarWriter::add(const std::string& name, std::span<const std::byte> file) {
  if (name.size() > kNameBytes) {
    const std::string record = pax_record("path", name);
    write_entry("././@PaxHeader", 'x', std::as_bytes(std::span(record)));
  }
  const std::uint64_t begin = size_ + kBlock;
  write_entry(name, '0', file);
  return begin;
}

void TarWriter::end() {
  const std::array<std::byte, 2 * kBlock> zeros{};
  write(zeros);
  flush();
}

}  // namespace coulis
