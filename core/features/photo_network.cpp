#include "core/features/photo_network.hpp"

namespace coulis {

PhotoNetwork::PhotoNetwork(const ModelCard& card, const NetworkFactory& networks, const DecodeOptions& decode)
    : decode_(decode), resampler_(card.preprocessing.resize), network_(networks.make()) {}

std::optional<Failure> PhotoNetwork::features(std::span<const std::byte> file, std::span<float> row) {
  watch_.restart();
  const double resampled_before = resampler_.seconds();
  std::optional<Failure> failure = decode(file, decode_, resampler_);
  watch_.lap(seconds_.decode);
  const double within = resampler_.seconds() - resampled_before;  // rows are resampled while they are decoded
  seconds_.decode -= within;
  seconds_.resample += within;
  if (failure) return failure;
  turned_ = resampler_.noted_orientation() >= 2 && resampler_.noted_orientation() <= 8;
  run_network(resampler_.finish(), row);
  return std::nullopt;
}

void PhotoNetwork::features(const ImageView& pixels, std::span<float> row) {
  watch_.restart();
  turned_ = false;
  run_network(resampler_.resample(pixels), row);
}

void PhotoNetwork::run_network(const ImageView& input, std::span<float> row) {
  input_ = input;
  watch_.lap(seconds_.resample);
  network_->features(input_, row);
  watch_.lap(seconds_.network);
}

}  // namespace coulis
