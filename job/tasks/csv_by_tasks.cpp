#include "job/tasks/csv_by_tasks.hpp"

#include <span>
#include <utility>

#include "job/storage/put_in_pieces.hpp"

namespace coulis {

CsvPieces cut_csv(const std::vector<ManifestPart>& parts, std::size_t k, const CsvOptions& options, const StoreTraits& traits) {
  const std::string header = matrix_csv_header(k, options);
  CsvPieces pieces{{}, {kMatrixKey, 0, "", true}};
  std::vector<std::string> sums = {sha256_of(std::as_bytes(std::span(header)))};
  TablesOrder next{{}, "", 0, 0, header.size(), k};
  const auto end_piece = [&] {
    const std::uint64_t end = next.offset + next.size_bytes;
    pieces.orders.push_back(std::exchange(next, {{}, "", next.number + 1, end, 0, k}));
  };
  for (const ManifestPart& part : parts) {
    const ManifestFile& lines = part.maybe_csv.value();
    sums.push_back(lines.sha256);
    next.parts.push_back({part.number, part.fingerprint, part.pca.key});
    next.size_bytes += lines.size_bytes;
    if (traits.piece_bytes != 0 && next.size_bytes >= least_piece_bytes(traits, next.number)) end_piece();
  }
  pieces.file.size_bytes = next.offset + next.size_bytes;
  pieces.file.sha256 = sum_of_sums(sums);
  if (!pieces.orders.empty() && next.size_bytes != 0) end_piece();  // the last one may be small
  return pieces;
}

}  // namespace coulis
