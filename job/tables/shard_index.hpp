// ShardTable: the index of a shard of packed photos, a Parquet file beside it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "job/tables/tables.hpp"

namespace coulis {

inline constexpr const char* kIndexFolder = "index";  // beside the shards

std::string shard_name(std::uint64_t number);  // "shard-000007.tar"
bool is_shard_name(std::string_view key);      // of a shard at the top, maybe of another program
std::optional<std::uint64_t> maybe_shard_number(
    std::string_view index_name);  // of an index: 7 for "part-00007-<fingerprint>.snappy.parquet"

// One row a photo, in the order of the shard.
struct ShardTable {
  std::string shard;                  // name of the file
  std::vector<std::string> keys;      // printable: as in the shard
  std::vector<std::string> labels;    // printable
  std::vector<std::int64_t> offsets;  // of a photo's first byte in the shard
  std::vector<std::int64_t> sizes;    // bytes
  std::vector<std::string> sha256;    // hex, of the photo
  TableMetadata metadata;
};

Bytes write_shard_table(const ShardTable& table);  // key, label, shard string; offset, size int64; sha256 string

enum class ShardColumns {
  kAll,
  kPlaces,  // without labels, sha256 and metadata
};

ShardTable read_shard_table(const Bytes& bytes, const std::string& origin, ShardColumns columns);  // throws as read_row_table()

}  // namespace coulis
