// verify: does OUTPUT hold what its manifest says? check: can a run work here?
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "job/storage/location.hpp"
#include "job/threads/progress.hpp"

namespace coulis {

struct Verification {
  std::uint64_t files = 0;
  std::uint64_t rows = 0;
  std::vector<std::string> problems;  // sentences; empty: all is well
};

// Reads every file: sizes, checksums, schema, counts, widths, finite values, fingerprints. Throws Error(kStorage) only if OUTPUT itself
// cannot be read.
Verification verify(const Location& output, int threads, Progress& progress);

struct CheckItem {
  std::string name;
  bool ok = false;
  std::string text;
};

// The model's checksum, the CPU, and for each location: does it exist, can it be read and written.
std::vector<CheckItem> check_environment(const std::vector<std::string>& locations, const StorageOptions& storage);

}  // namespace coulis
