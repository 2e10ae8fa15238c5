// peak_fma [MILLISECONDS [portable|avx2|avx512|best]]: the float32 multiply-add peak of one core, in GMAC/s.
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>

#include "core/base/peak.hpp"
#include "core/base/simd.hpp"

int main(int argc, char** argv) {
  const int milliseconds = argc > 1 ? std::atoi(argv[1]) : 300;
  if (argc > 2) coulis::limit_simd(coulis::parse_enum<coulis::SimdLevel>(argv[2]));
  fmt::print("{:.1f}\n", coulis::measure_multiply_add_peak(std::chrono::milliseconds(milliseconds)) / 1e9);
}
