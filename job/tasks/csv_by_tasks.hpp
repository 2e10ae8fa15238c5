// The pieces of matrix.csv as orders for tasks.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "job/output/manifest_parts.hpp"
#include "job/storage/location.hpp"
#include "job/tables/tables.hpp"
#include "job/tasks/orders.hpp"

namespace coulis {

struct CsvPieces {
  std::vector<TablesOrder> orders;  // by piece; without their tickets
  ManifestFile file;                // matrix.csv, as it will be
};

// parts: with their `pca` and `maybe_csv` entries. No orders: matrix.csv has less than a piece, or the storage has no pieces.
CsvPieces cut_csv(const std::vector<ManifestPart>& parts, std::size_t k, const CsvOptions& options, const StoreTraits& traits);

}  // namespace coulis
