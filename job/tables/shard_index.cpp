#include "job/tables/shard_index.hpp"

#include "job/tables/arrow_tables.hpp"

namespace coulis {
namespace {

std::vector<std::int64_t> read_numbers(const arrow::Table& table, const std::string& column, const std::string& origin) {
  std::vector<std::int64_t> values;
  for (const auto& chunk : chunks_of<arrow::Int64Array>(table, column, origin)) {
    values.insert(values.end(), chunk->raw_values(), chunk->raw_values() + chunk->length());
  }
  return values;
}

}  // namespace

Bytes write_shard_table(const ShardTable& table) {
  const auto schema = arrow::schema({arrow::field("key", arrow::utf8(), false), arrow::field("label", arrow::utf8(), false),
                                     arrow::field("shard", arrow::utf8(), false), arrow::field("offset", arrow::int64(), false),
                                     arrow::field("size", arrow::int64(), false), arrow::field("sha256", arrow::utf8(), false)},
                                    to_arrow(table.metadata));
  const std::vector<std::string> shards(table.keys.size(), table.shard);
  const auto arrow_table =
      arrow::Table::Make(schema, {to_array<arrow::StringBuilder>(table.keys), to_array<arrow::StringBuilder>(table.labels),
                                  to_array<arrow::StringBuilder>(shards), to_array<arrow::Int64Builder>(table.offsets),
                                  to_array<arrow::Int64Builder>(table.sizes), to_array<arrow::StringBuilder>(table.sha256)});
  return write_table(arrow_table, Compression::kSnappy, "sha256");
}

ShardTable read_shard_table(const Bytes& bytes, const std::string& origin) {
  return with_parquet_errors(origin, [&] {
    ReadLimit limit(bytes);
    const auto reader = open_parquet(bytes, limit, origin);
    const auto table = read_or_refuse(reader->ReadTable(), origin);
    ShardTable out;
    out.metadata = metadata_of(*reader->parquet_reader()->metadata());
    out.keys = read_strings(*table, "key", origin);
    out.labels = read_strings(*table, "label", origin);
    out.sha256 = read_strings(*table, "sha256", origin);
    out.offsets = read_numbers(*table, "offset", origin);
    out.sizes = read_numbers(*table, "size", origin);
    return out;
  });
}

}  // namespace coulis
