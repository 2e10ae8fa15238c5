#include <cstring>
#include <memory>

#include "core/network/model.hpp"
#include "core/network/network.hpp"
#include "core/pca/model_file.hpp"
#include "tests/fuzz/reading.hpp"

namespace coulis {
namespace {

std::size_t hash_features(const Model& model, Precision precision) {
  const std::shared_ptr<const NetworkFactory> factory = make_network_factory(model, precision);
  Image image(model.card.preprocessing.resize.width_px, model.card.preprocessing.resize.height_px);
  std::memset(image.data(), 90, image.size_bytes());
  std::vector<float> row(static_cast<std::size_t>(model.card.feature_width));
  factory->make()->features(image.view(), row);
  return hash_values(row);
}

}  // namespace

// A model is also run, if its input is small: its numbers are made for kernels that check nothing.
Reading read_model(std::span<const std::byte> bytes) {
  return read_or_error([&] {
    const Model model = parse_model(bytes, "model");
    constexpr int kMaxSidePx = 64;
    std::size_t digest = hash_text(to_string(model.card.preprocessing));
    const bool is_small = model.card.preprocessing.resize.width_px <= kMaxSidePx && model.card.preprocessing.resize.height_px <= kMaxSidePx;
    const auto* layers = std::get_if<InvertedResidual>(&model.network);
    if (!is_small || layers == nullptr) return digest;
    digest += hash_features(model, Precision::kFp32);
    return layers->maybe_quantised ? digest + hash_features(model, Precision::kInt8) : digest;
  });
}

Reading read_pca_model(std::span<const std::byte> bytes) {
  return read_or_error([&] {
    const PcaFile file = parse_pca_file(bytes, "pca_model");
    return hash_values(file.model.components) + hash_values(file.model.mean) + file.model.k();
  });
}

}  // namespace coulis
