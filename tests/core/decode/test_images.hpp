// The image files that the tests keep, and images to compare.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "core/decode/image.hpp"

namespace coulis {

namespace fs = std::filesystem;
using Bytes = std::vector<std::byte>;

inline Bytes read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  Bytes bytes(text.size());
  if (!text.empty()) std::memcpy(bytes.data(), text.data(), text.size());
  return bytes;
}

// folder: "good" or "bad"
inline std::vector<fs::path> list_files(const char* folder) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(fs::path(COULIS_DECODE_FILES) / folder)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  EXPECT_GT(paths.size(), 10U);
  return paths;
}

inline bool equal(const Image& a, const Image& b) {
  return a.width() == b.width() && a.height() == b.height() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

}  // namespace coulis
