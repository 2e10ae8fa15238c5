#include "job/verify/verify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
#include "job/listing/others.hpp"
#include "job/output/manifest_parts.hpp"
#include "job/output/part_record.hpp"
#include "job/plan/fingerprint.hpp"
#include "job/plan/part_files.hpp"
#include "job/tables/tables.hpp"
#include "job/verify/findings.hpp"

namespace coulis {
namespace {

std::optional<Bytes> check_file(const Location& output, const ManifestFile& file, Findings& findings) {
  Outcome<Bytes> bytes = output.get(file.key);
  if (!bytes) {
    findings.problem(fmt::format("{}: {}", file.key, bytes.failure().message));
    return std::nullopt;
  }
  findings.count(1, 0);
  if (bytes.value().size() != file.size_bytes) {
    findings.problem(fmt::format("{}: {} bytes, the manifest says {}", file.key, bytes.value().size(), file.size_bytes));
  } else if (sha256_of(bytes.value()) != file.sha256) {
    findings.problem(fmt::format("{}: its content does not match its sha256", file.key));
  } else {
    return std::move(bytes.value());
  }
  return std::nullopt;
}

void check_rows(const RowTable& table, const std::string& key, std::uint64_t expected_rows, std::size_t expected_width,
                Findings& findings) {
  if (table.rows() != expected_rows) findings.problem(fmt::format("{}: {} rows, the manifest says {}", key, table.rows(), expected_rows));
  if (table.rows() != 0 && expected_width != 0 && table.width != expected_width) {
    findings.problem(fmt::format("{}: rows of {} values, expected {}", key, table.width, expected_width));
  }
  if (!std::all_of(table.values.begin(), table.values.end(), [](float value) { return std::isfinite(value); })) {
    findings.problem(fmt::format("{}: a value is not finite", key));
  }
}

void check_part(const Location& output, const Manifest& manifest, const ManifestPart& part, Findings& findings) {
  if (const auto bytes = check_file(output, part.features, findings)) {
    const RowTable table = read_row_table(*bytes, kFeaturesColumn, part.features.key);
    const PartRecord record = parse_part_record(table.metadata, part.features.key);
    check_rows(table, part.features.key, part.ok, 0, findings);
    if (fingerprint_of(record.settings, record.images) != part.fingerprint) {
      findings.problem(fmt::format("{}: its fingerprint does not match its images", part.features.key));
    }
    if (record.images.size() != part.listed || record.failures.size() != part.failed) {
      findings.problem(fmt::format("{}: its counts differ from the manifest", part.features.key));
    }
    findings.count(0, table.rows());
  }
  if (const auto bytes = check_file(output, part.pca, findings)) {
    check_rows(read_row_table(*bytes, kPcaColumn, part.pca.key), part.pca.key, part.ok, manifest.pca.explained_variance_ratio.size(),
               findings);
  }
  if (part.maybe_thumbnails) check_file(output, *part.maybe_thumbnails, findings);
}

// Where the lines of each part begin in matrix.csv.
struct MatrixPieces {
  bool there = false;
  std::vector<std::uint64_t> offsets;  // [parts]
};

bool has_piece(const ManifestPart& part) {
  return part.maybe_csv && part.maybe_csv->key == kMatrixKey;
}

std::string sum_of_range(const Location& output, const std::string& key, std::uint64_t offset, std::uint64_t size_bytes) {
  return sha256_of(size_bytes == 0 ? Bytes() : output.get_range(key, offset, size_bytes));
}

// A range comes without a checksum: what does not fit is read again, so that a bad connection is not taken for damage.
template <class Fits>
bool fits_in_the_end(const Fits& fits) {
  constexpr int kTries = 3;
  for (int i = 0; i < kTries; ++i) {
    if (fits()) return true;
  }
  return false;
}

// Its size, its header line and the sum of the sums; the lines of each part are checked with the part.
MatrixPieces check_matrix(const Location& output, const std::vector<ManifestPart>& parts, const ManifestFile& file, Findings& findings) {
  findings.count(1, 0);
  MatrixPieces pieces;
  std::vector<std::string> sums;
  std::uint64_t of_parts = 0;
  for (const ManifestPart& part : parts) of_parts += has_piece(part) ? part.maybe_csv->size_bytes : 0;
  const std::uint64_t header = file.size_bytes - std::min(of_parts, file.size_bytes);
  std::uint64_t end = header;
  const std::optional<std::uint64_t> maybe_size = output.maybe_size(file.key);
  if (!maybe_size) {
    findings.problem(fmt::format("{}: it is no longer there", file.key));
    return pieces;
  }
  if (*maybe_size != file.size_bytes) {
    findings.problem(fmt::format("{}: {} bytes, the manifest says {}", file.key, *maybe_size, file.size_bytes));
    return pieces;
  }
  sums.emplace_back();  // of the header
  for (const ManifestPart& part : parts) {
    pieces.offsets.push_back(end);
    if (!has_piece(part)) continue;
    end += part.maybe_csv->size_bytes;
    sums.push_back(part.maybe_csv->sha256);
  }
  const auto fits = [&] {
    sums.front() = sum_of_range(output, file.key, 0, header);
    return sum_of_sums(sums) == file.sha256;
  };
  if (end != file.size_bytes || !fits_in_the_end(fits))
    findings.problem(fmt::format("{}: its content does not match its sha256_of_sums", file.key));
  pieces.there = true;
  return pieces;
}

void check_csv(const Location& output, const ManifestPart& part, const MatrixPieces& pieces, std::size_t index, Findings& findings) {
  if (!part.maybe_csv) return;
  if (!has_piece(part)) {
    check_file(output, *part.maybe_csv, findings);
  } else if (pieces.there && !fits_in_the_end([&] {
               return sum_of_range(output, kMatrixKey, pieces.offsets[index], part.maybe_csv->size_bytes) == part.maybe_csv->sha256;
             })) {
    findings.problem(fmt::format("{}: the lines of part {} do not match their sha256", kMatrixKey, part.number));
  }
}

void check_no_other_parts(const Location& output, const std::vector<ManifestPart>& parts, Findings& findings) {
  for (const PartFile& file : list_unnamed_part_files(output, parts)) findings.problem(fmt::format("{}: not in {}", file.key, kPartsKey));
}

void check_counts(const Manifest& manifest, const std::vector<ManifestPart>& parts, Findings& findings) {
  std::uint64_t listed = 0;
  std::uint64_t ok = 0;
  std::uint64_t failed = 0;
  for (const ManifestPart& part : parts) {
    listed += part.listed;
    ok += part.ok;
    failed += part.failed;
  }
  if (listed != manifest.listed || ok != manifest.ok || failed != manifest.failed() || listed != ok + failed) {
    findings.problem(fmt::format("{}: the counts do not add up", kManifestKey));
  }
}

}  // namespace

Verification verify(const Location& output, int threads, Progress& progress) {
  if (!output.exists())
    throw Error(ErrorCode::kStorage, fmt::format("{} does not exist", printable(output.root())), "check the spelling of OUTPUT");
  if (is_pack(output)) return verify_pack(output, threads, progress);
  Findings findings;
  const std::optional<Manifest> manifest = read_manifest(output);
  if (!output.has(kSuccessKey))
    findings.problem("_SUCCESS is missing: the run has not finished; the same `coulis run` command finishes it");
  if (!manifest) {
    findings.problem(fmt::format("{} is missing", kManifestKey));
    return findings.take();
  }
  std::vector<ManifestPart> parts;
  const std::optional<Bytes> maybe_lines = check_file(output, manifest->parts.file, findings);
  if (maybe_lines) {
    parts = parse_parts({reinterpret_cast<const char*>(maybe_lines->data()), maybe_lines->size()}, printable(output.path_of(kPartsKey)));
    check_counts(*manifest, parts, findings);
    check_no_other_parts(output, parts, findings);
  }
  MatrixPieces pieces;
  for (const ManifestFile& file : manifest->files) {
    if (file.of_sums && !maybe_lines) continue;  // its sum is that of the sums of its parts
    if (file.of_sums) {
      pieces = check_matrix(output, parts, file, findings);
    } else {
      check_file(output, file, findings);
    }
  }
  check_each(parts.size(), threads, progress, findings, [&](std::size_t i) {
    check_part(output, *manifest, parts[i], findings);
    check_csv(output, parts[i], pieces, i, findings);
  });
  return findings.take();
}

}  // namespace coulis
