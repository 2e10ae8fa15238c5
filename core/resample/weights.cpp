#include "core/resample/weights.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/resample/filters.hpp"

namespace coulis {
namespace {

struct Window {
  int first = 0;
  int end = 0;
};

// The geometry of one axis, operation by operation as in Pillow's precompute_coeffs.
struct Axis {
  int in_px;
  double scale;
  double filter_scale;
  double support_px;

  Axis(int in, int out, double filter_support_px)
      : in_px(in),
        scale(static_cast<double>(static_cast<float>(in)) / out),  // Pillow's box edges are float32
        filter_scale(std::max(scale, 1.0)),
        support_px(filter_support_px * filter_scale) {}

  double center(int out) const { return (out + 0.5) * scale; }

  Window window(int out) const {
    const int first = static_cast<int>(center(out) - support_px + 0.5);
    const int end = static_cast<int>(center(out) + support_px + 0.5);
    return {std::max(first, 0), std::min(end, in_px)};
  }
};

int count_most_taps(const Axis& axis, int out_px) {
  int most = 0;
  for (int out = 0; out < out_px; ++out) {
    const Window window = axis.window(out);
    most = std::max(most, window.end - window.first);
  }
  return most;
}

// Away from zero at one half, by truncation.
std::int32_t quantize(double weight) {
  const double scaled = weight * (1 << kWeightBits);
  return static_cast<std::int32_t>(weight < 0 ? -0.5 + scaled : 0.5 + scaled);
}

void weigh_window(const Axis& axis, int out, Window window, const FilterShape& shape, std::vector<double>& weights) {
  const double center = axis.center(out);
  const double inverse_scale = 1.0 / axis.filter_scale;
  double sum = 0.0;
  weights.clear();
  for (int x = 0; x < window.end - window.first; ++x) {
    weights.push_back(shape.weight((x + window.first - center + 0.5) * inverse_scale));
    sum += weights.back();
  }
  if (sum == 0.0) return;
  for (double& weight : weights) weight /= sum;
}

void pack(Weights& weights) {
  if (weights.in_px > kLongestPackedPx || weights.out_px > kLongestPackedPx) return;
  weights.halves = pack_halves(weights);
  weights.digits = pack_digits(weights);
}

}  // namespace

Weights compute_weights(int in_px, int out_px, Filter filter) {
  const FilterShape shape = shape_of(filter);
  const Axis axis(in_px, out_px, shape.support_px);
  Weights result;
  result.in_px = in_px;
  result.out_px = out_px;
  result.taps = (count_most_taps(axis, out_px) + 3) / 4 * 4;
  result.start.resize(static_cast<std::size_t>(out_px));
  result.k.assign(static_cast<std::size_t>(out_px) * static_cast<std::size_t>(result.taps), 0);
  std::vector<double> weights;
  for (int out = 0; out < out_px; ++out) {
    const Window window = axis.window(out);
    weigh_window(axis, out, window, shape, weights);
    // At the right edge the taps begin earlier, with zero weights, so that none lies outside the input.
    const int start = std::clamp(in_px - result.taps, 0, window.first);
    result.start[static_cast<std::size_t>(out)] = start;
    std::transform(weights.begin(), weights.end(), result.row(out) + (window.first - start), quantize);
  }
  pack(result);
  return result;
}

Weights compute_mirrored_weights(int in_px, int out_px, Filter filter) {
  const Weights forward = compute_weights(in_px, out_px, filter);
  Weights result;
  result.in_px = in_px;
  result.out_px = out_px;
  result.taps = forward.taps;
  result.start.resize(forward.start.size());
  result.k.assign(forward.k.size(), 0);
  for (int out = 0; out < out_px; ++out) {
    const int from = out_px - 1 - out;
    const std::span<const std::int32_t> taps = forward.taps_of(from);
    result.start[static_cast<std::size_t>(out)] = in_px - forward.start[static_cast<std::size_t>(from)] - static_cast<int>(taps.size());
    std::reverse_copy(taps.begin(), taps.end(), result.row(out));
  }
  pack(result);
  return result;
}

}  // namespace coulis
