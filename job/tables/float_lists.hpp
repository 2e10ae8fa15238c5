// The values of a list<float> column, read straight into one matrix.
#pragma once

#include <parquet/file_reader.h>

#include <string>
#include <vector>

namespace coulis {

struct FloatLists {
  std::vector<float> values;  // [rows, width]
  std::size_t width = 0;      // 0 where there are no rows
};

// Arrow's reader would build a list array first: twice the time and three times the memory.
// Throws Error(kRunFailed) naming `origin` if the column is missing
// or of another type, or has nulls, empty lists or unequal lengths.
FloatLists read_float_lists(parquet::ParquetFileReader& reader, const std::string& column, const std::string& origin);

}  // namespace coulis
