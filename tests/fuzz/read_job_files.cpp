#include <string>
#include <string_view>
#include <utility>

#include "job/output/manifest_parts.hpp"
#include "job/output/part_record.hpp"
#include "job/tables/tables.hpp"
#include "tests/fuzz/reading.hpp"

namespace coulis {
namespace {

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

Reading read_manifest_text(std::span<const std::byte> bytes) {
  return read_or_error([&] { return hash_text(to_json(parse_manifest(std::string(text_of(bytes)), "manifest"))); });
}

Reading read_parts_lines(std::span<const std::byte> bytes) {
  return read_or_error([&] { return hash_text(to_lines(parse_parts(text_of(bytes), "parts"))); });
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
    for (const auto& [name, value] : to_metadata(parse_part_record(metadata, "part"))) digest = digest * 31 + hash_text(value);
    return digest;
  });
}

Reading read_parquet(std::span<const std::byte> bytes) {
  const Bytes file(bytes.begin(), bytes.end());
  const Reading metadata = read_or_error([&] {
    std::size_t digest = 0;
    for (const auto& [name, value] : read_table_metadata(file, "part")) digest = digest * 31 + hash_text(name) + hash_text(value);
    return digest;
  });
  const Reading rows = read_or_error([&] {
    const RowTable table = read_row_table(file, kFeaturesColumn, "part");
    std::size_t digest = hash_values(table.values);
    for (std::size_t i = 0; i < table.rows(); ++i) digest = digest * 31 + hash_text(table.paths[i]) + hash_text(table.labels[i]);
    return digest;
  });
  const Reading errors = read_or_error([&] {
    std::size_t digest = 0;
    for (const ErrorRow& row : read_errors_parquet(file, "errors"))
      digest = digest * 31 + hash_text(row.path) + hash_text(row.message) + row.size_bytes;
    return digest;
  });
  const bool is_table = rows.status == "ok" || errors.status == "ok";
  return {is_table ? "ok" : metadata.status == "ok" ? "metadata only" : "error", metadata.digest + rows.digest + errors.digest};
}

}  // namespace coulis
