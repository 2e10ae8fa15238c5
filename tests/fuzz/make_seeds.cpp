// Writes the good files of the readers that read no images: make_seeds FOLDER (tests/fuzz/seeds). The same files each time.

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>

#include "core/pca/model_file.hpp"
#include "job/output/manifest_parts.hpp"
#include "job/output/part_record.hpp"
#include "job/tables/shard_index.hpp"
#include "tests/core/network/small_model.hpp"
#include "tests/job/tables/example_tables.hpp"

namespace coulis {
namespace {

void write(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary).write(text.data(), static_cast<std::streamsize>(text.size()));
}

void write(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  write(path, std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

PartRecord make_record() {
  return {
      "model=1\nprecision=fp32", {{"a/1.jpg", 123, 1'700'000'000'000'000'000}, {"b/\xff \\.png", 0, -5}}, {{1, "decode", "empty", "No"}}};
}

Manifest make_manifest() {
  Manifest m;
  m.coulis_version = "1.2.3";
  m.input = "/photos";
  m.model_name = "net";
  m.settings = "a=1\nb=2\n";
  m.listed = 5;
  m.ok = 2;
  m.failed_by_code = {{"corrupt", 1}, {"empty", 2}};
  m.pca = {"k=2", {{"convention", "centred"}}, {0.75, 0.1}};
  m.parts = {1, 0, "ef", {"parts.jsonl", 200, "01"}};
  m.files = {{"matrix.csv", 30, "03"}};
  m.threads = 4;
  m.seconds = {{"list", 0.5}};
  return m;
}

PcaModel make_pca_model() {
  return {.count = 9,
          .mean = {0.1, 1.0 / 3, -2},
          .components = {1, 0, 0, 0, 0.6, 0.8},
          .explained_variance = {2.5, 1e-300},
          .explained_variance_ratio = {0.7, 0.1},
          .total_variance = 1.0 / 3};
}

RowTable make_part() {
  RowTable table = make_table(6, 4);
  table.metadata = to_metadata(make_record());
  return table;
}

ShardTable make_shard() {
  const std::string sum(64, '0');
  return {"shard-000000.tar", {"a/1.jpg", "b/\\xFF.jpg"}, {"a", "b"}, {512, 2048}, {700, 300}, {sum, sum}, to_metadata(make_record())};
}

void write_seeds(const std::filesystem::path& folder) {
  write(folder / "model/int8.safetensors", make_small_quantised_model({}).to_bytes());
  write(folder / "pca_model/model.safetensors", to_safetensors(make_pca_model(), {{"model_sha256", "abc"}}));
  write(folder / "manifest/manifest.json", to_json(make_manifest()));
  const ManifestPart part{7,  "ef",     5, 2, 3, {"features/a", 10, "01"}, {"pca/a", 20, "02"}, 1, ManifestFile{"thumbnails/a", 9, "03"},
                          {}, {0, 1, 4}};
  write(folder / "parts/parts.jsonl", to_lines({part, part}));
  PartRecord record = make_record();
  record.settings = "model=1";  // one line, as the reader wants it
  std::string lines;
  for (const auto& [name, value] : to_metadata(record)) lines += value + "\n";
  write(folder / "part_record/record.txt", lines);
  write(folder / "parquet/part.snappy.parquet", write_row_table(make_part(), kFeaturesColumn, Compression::kSnappy));
  write(folder / "parquet/part.zstd.parquet", write_row_table(make_part(), kFeaturesColumn, Compression::kZstd));
  write(folder / "pack_index/shard.parquet", write_shard_table(make_shard()));
  write(folder / "parquet/errors.parquet", write_errors_parquet(make_errors(5), Compression::kSnappy, {{"a", "b"}}));
}

}  // namespace
}  // namespace coulis

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  coulis::write_seeds(argv[1]);
  return 0;
}
