#include "job/collections/tar.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "job/collections/window_cache.hpp"

namespace coulis {
namespace {

constexpr std::uint64_t kMB = 1 << 20;

// A tar of files of zeros, made where it is read; counts the bytes that are.
class TarOfZeros final : public Ranges {
 public:
  TarOfZeros(std::uint64_t files, std::uint64_t file_bytes) : files_(files), file_bytes_(file_bytes) {}

  std::uint64_t bytes_read() const { return bytes_read_; }

  Outcome<Bytes> read(std::uint64_t offset, std::uint64_t size_bytes) override {
    const std::uint64_t stride = kTarBlock_bytes + file_bytes_;
    const std::uint64_t end = files_ * stride + 2 * kTarBlock_bytes;
    Bytes bytes(static_cast<std::size_t>(offset < end ? std::min(size_bytes, end - offset) : 0));
    for (std::uint64_t file = offset / stride; file < files_ && file * stride < offset + bytes.size(); ++file) {
      const std::string header = header_of(file);
      for (std::size_t i = 0; i < header.size(); ++i) {
        const std::uint64_t at = file * stride + i;
        if (at >= offset && at - offset < bytes.size()) bytes[static_cast<std::size_t>(at - offset)] = static_cast<std::byte>(header[i]);
      }
    }
    bytes_read_ += bytes.size();
    return bytes;
  }

 private:
  std::string header_of(std::uint64_t file) const {
    std::string header(kTarBlock_bytes, '\0');
    const auto set = [&](std::size_t at, const std::string& text) { header.replace(at, text.size(), text); };
    set(0, fmt::format("{}.jpg", file));
    set(124, fmt::format("{:011o}", file_bytes_));
    set(148, "        ");
    set(156, "0");
    unsigned sum = 0;
    for (const char byte : header) sum += static_cast<unsigned char>(byte);
    set(148, fmt::format("{:06o}", sum));
    header[154] = '\0';
    return header;
  }

  std::uint64_t files_;
  std::uint64_t file_bytes_;
  std::uint64_t bytes_read_ = 0;
};

struct Listed {
  std::size_t members = 0;
  std::uint64_t bytes_read = 0;
};

Listed list(std::uint64_t files, std::uint64_t file_bytes, Reads reads) {
  WindowCache windows(8);
  const auto tar = std::make_shared<TarOfZeros>(files, file_bytes);
  CachedRanges ranges(windows, "tar", tar, reads);
  Listed listed;
  const auto failure = list_tar(ranges, [&](const Member& member) {
    EXPECT_EQ(member.name, fmt::format("{}.jpg", listed.members));
    EXPECT_EQ(member.size_bytes, file_bytes);
    ++listed.members;
  });
  EXPECT_FALSE(failure.has_value());
  listed.bytes_read = tar->bytes_read();
  return listed;
}

TEST(ListTar, LoadsNothingBetweenHeadersFarApart) {
  const Listed listed = list(40, 4 * kMB, Reads::kHeaders);
  EXPECT_EQ(listed.members, 40U);
  EXPECT_LT(listed.bytes_read, kWindow_bytes + 41 * 64 * 1024);  // of 160 MB: the first window, and a chunk for each header
}

TEST(ListTar, LoadsWindowsWhereHeadersAreNear) {
  const Listed listed = list(8'000, 10'240, Reads::kHeaders);
  EXPECT_EQ(listed.members, 8'000U);
  EXPECT_EQ(listed.bytes_read, 8'000U * (10'240 + 512) + 1'024);
}

}  // namespace
}  // namespace coulis
