#include "job/tables/shard_index.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/whole_number.hpp"
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

std::string shard_name(std::uint64_t number) {
  return fmt::format("shard-{:06}.tar", number);
}

bool is_shard_name(std::string_view key) {
  return key.starts_with("shard-") && key.ends_with(".tar") && key.find('/') == std::string_view::npos;
}

std::optional<std::uint64_t> maybe_shard_number(std::string_view index_name) {
  constexpr std::string_view kBeginning = "part-";
  constexpr std::size_t kFingerprintDigits = 32;
  if (!index_name.starts_with(kBeginning) || !index_name.ends_with(".parquet")) return std::nullopt;
  index_name.remove_prefix(kBeginning.size());
  const std::size_t dash = std::min(index_name.find('-'), index_name.size());
  std::uint64_t number = 0;
  if (!parse_whole_number(index_name.substr(0, dash), number)) return std::nullopt;
  const std::string_view rest = index_name.substr(std::min(dash + 1, index_name.size()));
  const bool has_fingerprint = rest.find_first_not_of("0123456789abcdef") == kFingerprintDigits && rest[kFingerprintDigits] == '.';
  return has_fingerprint ? std::optional(number) : std::nullopt;
}

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

ShardTable read_shard_table(const Bytes& bytes, const std::string& origin, ShardColumns columns) {
  return with_parquet_errors(origin, [&] {
    ReadLimit limit(bytes);
    const auto reader = open_parquet(bytes, limit, origin);
    std::vector<const char*> names = {"key", "shard", "offset", "size"};
    if (columns == ShardColumns::kAll) names.insert(names.end(), {"label", "sha256"});
    const auto table = read_or_refuse(reader->ReadTable(leaves_of(*reader, names, origin)), origin);
    ShardTable out;
    for (const auto& chunk : chunks_of<arrow::StringArray>(*table, "shard", origin)) {
      if (out.shard.empty() && chunk->length() > 0) out.shard = chunk->GetString(0);  // a row group may be empty
    }
    out.keys = read_strings(*table, "key", origin);
    if (columns == ShardColumns::kAll) {
      out.metadata = metadata_of(*reader->parquet_reader()->metadata());
      out.labels = read_strings(*table, "label", origin);
      out.sha256 = read_strings(*table, "sha256", origin);
    }
    out.offsets = read_numbers(*table, "offset", origin);
    out.sizes = read_numbers(*table, "size", origin);
    return out;
  });
}

}  // namespace coulis
