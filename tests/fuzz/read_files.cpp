#include <cstring>
#include <functional>
#include <string_view>

#include "core/base/error.hpp"
#include "core/network/model.hpp"
#include "core/network/network.hpp"
#include "core/pca/model_file.hpp"
#include "job/plan/manifest.hpp"
#include "job/plan/part_record.hpp"
#include "job/tables/tables.hpp"
#include "tests/fuzz/readers.hpp"

namespace coulis {
namespace {

std::size_t hash(std::string_view text) {
  return std::hash<std::string_view>{}(text);
}

template <class T>
std::size_t hash_values(const std::vector<T>& values) {
  return hash({reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)});
}

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// read: () -> digest
template <class Read>
Reading read_or_error(Read&& read) {
  try {
    return {"ok", read()};
  } catch (const Error&) {
    return {"error"};
  }
}

std::size_t hash_features(const Model& model, Precision precision) {
  const std::shared_ptr<const NetworkFactory> factory = make_network_factory(model, precision);
  const Image image(model.card.input_width_px, model.card.input_height_px);
  std::memset(const_cast<std::uint8_t*>(image.data()), 90, image.size_bytes());
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
    std::size_t digest = hash(model.card.preprocessing());
    const bool is_small = model.card.input_width_px <= kMaxSidePx && model.card.input_height_px <= kMaxSidePx;
    if (!is_small || !model.maybe_weights) return digest;
    digest += hash_features(model, Precision::kFp32);
    return model.maybe_quantised ? digest + hash_features(model, Precision::kInt8) : digest;
  });
}

Reading read_pca_model(std::span<const std::byte> bytes) {
  return read_or_error([&] {
    const PcaFile file = parse_pca_file(bytes, "pca_model");
    return hash_values(file.model.components) + hash_values(file.model.mean) + file.model.k();
  });
}

Reading read_manifest_text(std::span<const std::byte> bytes) {
  return read_or_error([&] { return hash(to_json(parse_manifest(std::string(text_of(bytes)), "manifest"))); });
}

Reading read_part_record(std::span<const std::byte> bytes) {
  std::string_view rest = text_of(bytes);
  std::vector<std::pair<std::string, std::string>> metadata;
  for (const char* name : {"coulis.settings", "coulis.images", "coulis.failures"}) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    metadata.emplace_back(name, line);
    rest.remove_prefix(line.size() < rest.size() ? line.size() + 1 : line.size());
  }
  return read_or_error([&] {
    std::size_t digest = 0;
    for (const auto& [name, value] : to_metadata(parse_part_record(metadata, "part"))) digest = digest * 31 + hash(value);
    return digest;
  });
}

Reading read_parquet(std::span<const std::byte> bytes) {
  const Bytes file(bytes.begin(), bytes.end());
  const Reading metadata = read_or_error([&] {
    std::size_t digest = 0;
    for (const auto& [name, value] : read_table_metadata(file, "part")) digest = digest * 31 + hash(name) + hash(value);
    return digest;
  });
  const Reading rows = read_or_error([&] {
    const RowTable table = read_row_table(file, kFeaturesColumn, "part");
    std::size_t digest = hash_values(table.values);
    for (std::size_t i = 0; i < table.rows(); ++i) digest = digest * 31 + hash(table.paths[i]) + hash(table.labels[i]);
    return digest;
  });
  const Reading errors = read_or_error([&] {
    std::size_t digest = 0;
    for (const ErrorRow& row : read_errors_parquet(file, "errors")) digest = digest * 31 + hash(row.path) + hash(row.message) + row.size_bytes;
    return digest;
  });
  const bool is_table = rows.status == "ok" || errors.status == "ok";
  return {is_table ? "ok" : metadata.status == "ok" ? "metadata only" : "error", metadata.digest + rows.digest + errors.digest};
}

}  // namespace coulis
