#include "core/resample/filters.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <numbers>
#include <string_view>

#include "core/base/error.hpp"

// Operand order follows Pillow's src/libImaging/Resample.c: the weights must have the same bits.
namespace coulis {
namespace {

double weigh_bilinear(double x) {
  x = std::abs(x);
  return x < 1.0 ? 1.0 - x : 0.0;
}

double weigh_bicubic(double x) {
  constexpr double kA = -0.5;
  x = std::abs(x);
  if (x < 1.0) return ((kA + 2.0) * x - (kA + 3.0)) * x * x + 1;
  if (x < 2.0) return (((x - 5) * x + 8) * x - 4) * kA;
  return 0.0;
}

double sinc(double x) {
  if (x == 0.0) return 1.0;
  x *= std::numbers::pi;
  return std::sin(x) / x;
}

double weigh_lanczos(double x) {
  return -3.0 <= x && x < 3.0 ? sinc(x) * sinc(x / 3) : 0.0;
}

}  // namespace

FilterShape shape_of(Filter filter) {
  switch (filter) {
    case Filter::kBilinear: return {weigh_bilinear, 1.0};
    case Filter::kLanczos: return {weigh_lanczos, 3.0};
    case Filter::kBicubic:
    case Filter::kNearest: break;
  }
  return {weigh_bicubic, 2.0};
}

}  // namespace coulis
