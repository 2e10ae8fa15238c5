// ShardTable: what a shard of packed photos holds, as a Parquet file beside it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "job/tables/tables.hpp"

namespace coulis {

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

Bytes write_shard_table(const ShardTable& table);                            // key, label, shard string; offset, size int64; sha256 string
ShardTable read_shard_table(const Bytes& bytes, const std::string& origin);  // throws as read_row_table()

}  // namespace coulis
