// Findings: what several threads find wrong in one OUTPUT.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "job/verify/verify.hpp"

namespace coulis {

class Findings {
 public:
  void problem(const std::string& sentence);
  void count(std::uint64_t files, std::uint64_t rows);
  Verification take();

 private:
  std::mutex mutex_;
  Verification verification_;
};

bool is_pack(const Location& output);  // finished or begun
Verification verify_pack(const Location& output, int threads, Progress& progress);

}  // namespace coulis
