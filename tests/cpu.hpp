// What this CPU has, as the kernel says. Tests ask here which of them must run, and never the code under test.
#pragma once

#include <algorithm>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "core/base/simd.hpp"

namespace coulis {

inline bool cpu_has(std::initializer_list<const char*> flags) {
  static const std::set<std::string> kFlags = [] {
    std::ifstream file("/proc/cpuinfo");
    std::string line;
    while (std::getline(file, line) && !line.starts_with("flags")) {
    }
    std::istringstream words(line.substr(std::min(line.find(':') + 1, line.size())));
    return std::set<std::string>(std::istream_iterator<std::string>(words), {});
  }();
  return std::all_of(flags.begin(), flags.end(), [](const char* flag) { return kFlags.contains(flag); });
}

// Lowest first. An emulator shows the flags of its host: hence the question for the architecture.
inline std::vector<SimdLevel> simd_levels_of_cpu() {
  std::vector<SimdLevel> levels = {SimdLevel::kPortable};
#if defined(__x86_64__)
  if (cpu_has({"avx2", "bmi1", "bmi2", "f16c", "fma"})) levels.push_back(SimdLevel::kAvx2);
  if (cpu_has({"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"})) levels.push_back(SimdLevel::kAvx512);
#endif
  return levels;
}

}  // namespace coulis
