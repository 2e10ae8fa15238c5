#include "core/network/fused/int8/requantise.hpp"

#include <cmath>

#include "core/base/error.hpp"

namespace coulis::fused::int8 {
namespace {

constexpr float kSix = 6.0F;
constexpr int kMultiplierBits = 20;  // XNNPACK: the larger multiplier of an addition is in [2^20, 2^21]

}  // namespace

OutputRange output_range_of(const Quantisation& output, Activation activation) {
  OutputRange range;
  range.zero_point = unsigned_zero_point(output);
  if (activation != Activation::kNone) range.low = range.zero_point;
  if (activation == Activation::kRelu6) {
    const float room = std::min(255.0F - static_cast<float>(range.zero_point), kSix / output.scale);
    range.high = static_cast<std::uint8_t>(range.zero_point + round_to_even(room));
  }
  return range;
}

std::vector<float> output_scales_of(const QuantisedLayer& layer) {
  std::vector<float> scales = layer.weight_scales;
  for (float& scale : scales) scale = layer.input.scale * scale / layer.output.scale;
  return scales;
}

Addition make_addition(const Quantisation& input, const Quantisation& output, const Quantisation& sum) {
  const float input_ratio = input.scale / sum.scale;
  const float output_ratio = output.scale / sum.scale;
  const float larger = std::max(input_ratio, output_ratio);
  if (!(larger >= 0x1p-10F && larger < 0x1p8F)) {
    throw Error(ErrorCode::kUsage, "a residual block of this model adds numbers of too different scales for int8", "use --precision fp32");
  }
  Addition addition;
  addition.shift = kMultiplierBits - std::ilogb(larger);
  addition.input_multiplier = static_cast<std::int32_t>(std::lrint(std::ldexp(input_ratio, addition.shift)));
  addition.output_multiplier = static_cast<std::int32_t>(std::lrint(std::ldexp(output_ratio, addition.shift)));
  addition.bias = (1 << (addition.shift - 1)) - addition.input_multiplier * unsigned_zero_point(input) -
                  addition.output_multiplier * unsigned_zero_point(output);
  addition.zero_point = unsigned_zero_point(sum);
  return addition;
}

}  // namespace coulis::fused::int8
