// verify: checks that OUTPUT holds what its manifest says. check: checks that a run can work here.
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
  std::vector<std::string> problems;  // sentences; empty if there are none
};

// Reads every file: sizes, checksums, schema, counts, widths, finite values, fingerprints. Throws Error(kStorage) only if OUTPUT itself
// cannot be read.
Verification verify(const Location& output, int threads, Progress& progress);

struct CheckItem {
  std::string name;
  bool ok = false;
  std::string text;
};

// Checks the model's checksum, the CPU, and whether each location exists and can be read and written.
std::vector<CheckItem> check_environment(const std::vector<std::string>& locations, const StorageOptions& storage);

}  // namespace coulis
