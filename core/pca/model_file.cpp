#include "core/pca/model_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>
#include <utility>

#include "core/base/error.hpp"
#include "core/base/field_text.hpp"
#include "core/safetensors/safetensors.hpp"

namespace coulis {
namespace {

constexpr char kCount[] = "count";
constexpr char kTotalVariance[] = "total_variance";

[[noreturn]] void fail(const std::string& origin, const std::string& why) {
  throw Error(ErrorCode::kRunFailed, fmt::format("{} is not a PCA model file: {}", origin, why), "fit the PCA again");
}

TensorView view_of(const std::vector<double>& values, std::vector<std::int64_t> shape) {
  return {DType::kF64, std::move(shape), std::as_bytes(std::span(values))};
}

std::string take(std::map<std::string, std::string>& metadata, const std::string& key, const std::string& origin) {
  auto entry = metadata.extract(key);
  if (entry.empty()) fail(origin, fmt::format("its metadata lacks '{}'", key));
  return std::move(entry.mapped());
}

// An option that the file does not name has its default: the version that wrote it did not have the option.
Projection take_projection(std::map<std::string, std::string>& metadata, const std::string& origin) {
  Projection projection;
  visit_fields(projection, [&](const Field& field, auto& value) {
    const auto entry = metadata.extract(std::string(name_in_model(field)));
    if (entry.empty()) return;
    try {
      from_text(entry.mapped(), field, value);
    } catch (const Error&) {
      fail(origin, fmt::format("'{}' is not a valid {}", entry.mapped(), entry.key()));
    }
  });
  return projection;
}

template <class T>
T parse_number(const std::string& text, const std::string& key, const std::string& origin) {
  T value{};
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  if (result.ec != std::errc() || result.ptr != end || !std::isfinite(static_cast<double>(value)) || value < 0) {
    fail(origin, fmt::format("'{}' is not a valid {}", text, key));
  }
  return value;
}

const std::vector<std::int64_t>& shape_of_components(const Safetensors& file, const std::string& origin) {
  const auto found = file.tensors.find("components");
  if (found == file.tensors.end()) fail(origin, "it has no components");
  const auto& shape = found->second.shape;
  if (shape.size() != 2 || shape[0] < 1 || shape[0] > shape[1]) {
    fail(origin, fmt::format("its components have the shape [{}]", fmt::join(shape, ", ")));
  }
  return shape;
}

}  // namespace

std::vector<std::byte> to_safetensors(const PcaModel& model, const std::map<std::string, std::string>& provenance) {
  const auto k = static_cast<std::int64_t>(model.k());
  const auto d = static_cast<std::int64_t>(model.width());
  auto metadata = provenance;
  for (const auto& [name, text] : texts_of(model.projection)) metadata[name] = text;
  metadata[kCount] = fmt::format("{}", model.count);
  metadata[kTotalVariance] = fmt::format("{}", model.total_variance);  // the shortest text that reads back as the same double
  return write_safetensors({{"mean", view_of(model.mean, {d})},
                            {"components", view_of(model.components, {k, d})},
                            {"explained_variance", view_of(model.explained_variance, {k})},
                            {"explained_variance_ratio", view_of(model.explained_variance_ratio, {k})}},
                           metadata);
}

PcaFile parse_pca_file(std::span<const std::byte> bytes, const std::string& origin) {
  const Safetensors file = parse_safetensors(bytes, origin);
  const auto& shape = shape_of_components(file, origin);
  PcaFile pca{.model = {}, .provenance = file.metadata};
  pca.model.components = read_f64(file, "components", shape);
  pca.model.mean = read_f64(file, "mean", {shape[1]});
  pca.model.explained_variance = read_f64(file, "explained_variance", {shape[0]});
  pca.model.explained_variance_ratio = read_f64(file, "explained_variance_ratio", {shape[0]});
  for (const auto* values : {&pca.model.components, &pca.model.mean, &pca.model.explained_variance, &pca.model.explained_variance_ratio}) {
    if (!std::all_of(values->begin(), values->end(), [](double value) { return std::isfinite(value); })) {
      fail(origin, "it holds values that are not finite");
    }
  }
  pca.model.projection = take_projection(pca.provenance, origin);
  pca.model.count = parse_number<std::int64_t>(take(pca.provenance, kCount, origin), kCount, origin);
  pca.model.total_variance = parse_number<double>(take(pca.provenance, kTotalVariance, origin), kTotalVariance, origin);
  return pca;
}

}  // namespace coulis
