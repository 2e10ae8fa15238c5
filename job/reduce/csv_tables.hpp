// CsvTables: the PCA rows as CSV. Workers make the lines of each part; matrix.csv is written in pieces, several at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "job/output/manifest_parts.hpp"
#include "job/storage/location.hpp"
#include "job/storage/put_in_pieces.hpp"
#include "job/tables/tables.hpp"

namespace coulis {

struct CsvPart {
  ManifestFile file;  // a piece of matrix.csv, or the part's own file
  std::string lines;  // of matrix.csv; empty for a file of its own, which is written
};

CsvPart make_csv_part(const Location& output, std::uint64_t part, const RowTable& projected, std::size_t k, const CsvOptions& options);

class CsvTables {
 public:
  CsvTables(const Location& output, std::size_t k, const CsvOptions& options);

  // Call with the parts in order, one at a time. Returns what is left to do, as PutInPieces::take().
  std::function<void()> take(CsvPart part);

  // Describes matrix.csv, if that is the layout.
  std::optional<ManifestFile> commit();

 private:
  std::optional<PutInPieces> maybe_matrix_;
  std::vector<std::string> sums_;
};

// From the PCA parts; sets the `maybe_csv` entry of each.
std::optional<ManifestFile> write_csv(const Location& output, std::vector<ManifestPart>& parts, std::size_t k, const CsvOptions& options,
                                      int threads);

// Removes the CSV files that these parts and this layout do not have.
void remove_other_csv(const Location& output, const std::vector<ManifestPart>& parts, CsvLayout layout);

}  // namespace coulis
