#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "core/base/error.hpp"
#include "job/run/committed.hpp"
#include "job/run/publish.hpp"
#include "job/run/run.hpp"
#include "job/storage/lock.hpp"

namespace coulis {
namespace {

Compression compression_of(const Manifest& manifest) {
  const bool zstd = !manifest.parts.empty() && manifest.parts.front().features.key.ends_with(".zstd.parquet");
  return zstd ? Compression::kZstd : Compression::kSnappy;
}

}  // namespace

Summary refit(const Location& output, const PcaOptions& options, int threads_option, Progress& progress) {
  validate(options);
  if (!output.exists())
    throw Error(ErrorCode::kStorage, fmt::format("{} does not exist", printable(output.root())), "check the spelling of OUTPUT");
  const Lock lock(output);
  std::optional<Manifest> manifest = read_manifest(output);
  if (!manifest || manifest->parts.empty()) {
    throw Error(ErrorCode::kRunFailed, fmt::format("{} holds no finished run", printable(output.root())),
                "finish it with `coulis run` first");
  }
  if (!output.has(kSuccessKey)) {  // a fit would remove the parts that a killed run left
    throw Error(ErrorCode::kRunFailed, fmt::format("{} holds a run that has not finished", printable(output.root())),
                "finish it with the same `coulis run` command first");
  }
  output.remove(kSuccessKey);
  const int threads = worker_count(threads_option);
  std::vector<PartFile> files;
  for (const ManifestPart& part : manifest->parts) files.push_back({part.number, part.fingerprint, part.features.key});
  const auto start = std::chrono::steady_clock::now();
  Committed committed = read_committed(Location(raw_name(manifest->input)), output, files, threads, progress);
  manifest->computed = 0;
  manifest->seconds = {{"moments", std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()}};
  const std::string& first = files.front().key;  // every part says the same
  const TableMetadata provenance = provenance_in(read_table_metadata(output.get_or_throw(first), printable(output.path_of(first))));
  const CsvOptions csv{manifest->csv_separator, parse_csv_formulas(manifest->csv_formulas), manifest->csv_bom};
  const ReduceOptions reduce{compression_of(*manifest), csv, threads};
  PartExecutor threads_here;
  Summary summary;
  summary.manifest =
      publish(output, std::move(committed), {options, std::nullopt, ""}, std::move(*manifest), provenance, reduce, threads_here, progress);
  return summary;
}

}  // namespace coulis
