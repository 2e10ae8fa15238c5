#include "job/export/huggingface.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "job/tables/tables.hpp"

namespace coulis {

using json = nlohmann::ordered_json;

std::string shard_key(std::size_t shard, std::size_t shards) {
  return fmt::format("data/train-{:05}-of-{:05}.parquet", shard, shards);
}

std::string dataset_schema() {
  const json text = {{"dtype", "string"}, {"_type", "Value"}};
  const json number = {{"dtype", "float32"}, {"_type", "Value"}};
  json columns = {{"path", text}, {"label", text}};
  columns[std::string(kFeaturesColumn)] = {{"feature", number}, {"_type", "Sequence"}};  // all versions know it; `List` came with 4.0
  return json{{"info", {{"features", columns}}}}.dump();
}

std::string dataset_card(const Manifest& manifest) {
  return fmt::format(
      "---\nconfigs:\n- config_name: default\n  data_files:\n  - split: train\n    path: data/*.parquet\n---\n\n"
      "Image features of {} photos: model {} (sha256 {}), precision {}, by coulis {}.\n",
      manifest.ok, manifest.model_name, manifest.model_sha256, manifest.precision, manifest.coulis_version);
}

}  // namespace coulis
