// Findings: the problems that several threads find in one OUTPUT.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
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

// Calls check(index) for each index below `count`; an Error that it throws is a problem.
void check_each(std::size_t count, int threads, Progress& progress, Findings& findings, const std::function<void(std::size_t)>& check);

bool is_pack(const Location& output);  // finished or not
Verification verify_pack(const Location& output, int threads, Progress& progress);

}  // namespace coulis
