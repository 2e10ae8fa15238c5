#include "job/tables/float_lists.hpp"

#include <fmt/format.h>
#include <parquet/column_reader.h>
#include <parquet/schema.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>

#include "job/tables/refuse.hpp"

namespace coulis {
namespace {

constexpr std::int64_t kLevelsAtOnce = 16384;
constexpr std::int64_t kMostReserved = std::int64_t{16} << 20;  // the most that is reserved because a file says so

// The leaf of `column`, a required or optional list of floats.
int find_leaf(const parquet::SchemaDescriptor& schema, const std::string& column, const std::string& origin) {
  const parquet::schema::GroupNode& root = *schema.group_node();
  const int field = root.FieldIndex(column);
  if (field < 0) refuse(origin, fmt::format("it has no column '{}'", column));
  for (int leaf = 0; leaf < schema.num_columns(); ++leaf) {
    if (schema.GetColumnRoot(leaf) != root.field(field).get()) continue;
    const parquet::ColumnDescriptor& found = *schema.Column(leaf);
    if (found.physical_type() == parquet::Type::FLOAT && found.max_repetition_level() == 1) return leaf;
  }
  refuse(origin, fmt::format("'{}' holds no lists of floats", column));
}

// Appends the values of one column chunk. Each list begins where the repetition level is 0; the first gives the width.
class ChunkReader {
 public:
  ChunkReader(FloatLists& lists, const std::string& column, const std::string& origin) : lists_(lists), column_(column), origin_(origin) {}

  void read(parquet::FloatReader& reader) {
    const std::int16_t whole = reader.descr()->max_definition_level();
    while (reader.HasNext()) {
      const std::size_t before = lists_.values.size();
      lists_.values.resize(before + kLevelsAtOnce);
      std::int64_t values = 0;
      const std::int64_t levels =
          reader.ReadBatch(kLevelsAtOnce, definition_.data(), repetition_.data(), lists_.values.data() + before, &values);
      lists_.values.resize(before + static_cast<std::size_t>(values));
      const bool complete =
          levels > 0 && values == levels &&
          std::all_of(definition_.begin(), definition_.begin() + levels, [&](std::int16_t level) { return level == whole; });
      if (!complete) refuse(origin_, fmt::format("column '{}' has nulls or empty lists", column_));
      for (std::int64_t i = 0; i < levels; ++i) count(repetition_[static_cast<std::size_t>(i)] == 0);
    }
    end_list();
  }

 private:
  void count(bool begins) {
    if (begins) end_list();
    ++length_;
  }

  void end_list() {
    if (length_ == 0) return;
    if (lists_.width == 0) lists_.width = length_;
    if (length_ != lists_.width) refuse(origin_, fmt::format("the rows of '{}' differ in width", column_));
    length_ = 0;
  }

  FloatLists& lists_;
  const std::string& column_;
  const std::string& origin_;
  std::size_t length_ = 0;  // of the list that is being read
  std::array<std::int16_t, kLevelsAtOnce> definition_{};
  std::array<std::int16_t, kLevelsAtOnce> repetition_{};
};

}  // namespace

FloatLists read_float_lists(parquet::ParquetFileReader& reader, const std::string& column, const std::string& origin) {
  const parquet::FileMetaData& metadata = *reader.metadata();
  const int leaf = find_leaf(*metadata.schema(), column, origin);
  FloatLists lists;
  ChunkReader chunk(lists, column, origin);
  for (int group = 0; group < metadata.num_row_groups(); ++group) {
    const std::int64_t said = metadata.RowGroup(group)->ColumnChunk(leaf)->num_values();
    lists.values.reserve(lists.values.size() + static_cast<std::size_t>(std::clamp<std::int64_t>(said, 0, kMostReserved) + kLevelsAtOnce));
    const auto column_reader = reader.RowGroup(group)->Column(leaf);
    chunk.read(dynamic_cast<parquet::FloatReader&>(*column_reader));
  }
  return lists;
}

}  // namespace coulis
