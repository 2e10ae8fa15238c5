// huggingface: a folder that `datasets.load_dataset` reads and that can be uploaded unchanged.
#pragma once

#include <cstddef>
#include <string>

#include "job/output/manifest.hpp"

namespace coulis {

inline constexpr const char* kDatasetCardKey = "README.md";
inline constexpr const char* kDatasetSchemaName = "huggingface";  // of the Parquet metadata that holds the columns' types

std::string shard_key(std::size_t shard, std::size_t shards);  // "data/train-00000-of-00006.parquet"
std::string dataset_schema();                                  // JSON
std::string dataset_card(const Manifest& manifest);

}  // namespace coulis
