#if defined(__x86_64__)
#include <array>
#include <cstdint>

#include "core/network/fused/int8/kernels.hpp"
#include "core/network/fused/int8/vnni.hpp"

namespace coulis::fused::int8 {
namespace {

constexpr std::size_t kBytes = 64;
constexpr std::size_t kLanes = kBytes / kQuad;
constexpr std::array<std::uint8_t, 5> kUnsigned = {0, 1, 127, 128, 255};
constexpr std::array<std::int8_t, 5> kSigned = {-128, -1, 0, 1, 127};
constexpr std::array<std::int32_t, 4> kSums = {0, -1, (1 << 30), -(1 << 30)};

// Called by its address behind a volatile, so that the compiler cannot work out the product itself.
COULIS_VNNI void multiply_and_add(const std::uint8_t* a, const std::int8_t* b, std::int32_t* sums) {
  _mm512_storeu_si512(sums, _mm512_dpbusd_epi32(_mm512_loadu_si512(sums), _mm512_loadu_si512(a), _mm512_loadu_si512(b)));
}

}  // namespace

bool vnni_is_exact() {
  void (*volatile instruction)(const std::uint8_t*, const std::int8_t*, std::int32_t*) = &multiply_and_add;
  for (std::size_t shift = 0; shift < kUnsigned.size() * kSigned.size(); ++shift) {
    std::array<std::uint8_t, kBytes> a;
    std::array<std::int8_t, kBytes> b;
    std::array<std::int32_t, kLanes> sums;
    std::array<std::int32_t, kLanes> expected;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      sums[lane] = expected[lane] = kSums[(lane + shift) % kSums.size()];
      for (std::size_t i = lane * kQuad; i < (lane + 1) * kQuad; ++i) {
        // Whole quads of one number first, where a sum of 16 bits would saturate; then all kinds of neighbours.
        const std::size_t place = shift < kUnsigned.size() ? lane : i + i / 7;
        a[i] = kUnsigned[(place + shift) % kUnsigned.size()];
        b[i] = kSigned[(place / kUnsigned.size() + shift / kUnsigned.size()) % kSigned.size()];
        expected[lane] += a[i] * b[i];
      }
    }
    instruction(a.data(), b.data(), sums.data());
    if (sums != expected) return false;
  }
  return true;
}

}  // namespace coulis::fused::int8
#endif
