// NameTable: names of photos and their labels, as people keep them: CSV, JSON Lines, Parquet, or a name a line.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "job/collections/options.hpp"
#include "job/storage/location.hpp"

namespace coulis {

using Label = std::shared_ptr<const std::string>;  // of many rows: there are few labels

struct NameRow {
  std::string name;  // raw bytes; empty: the row has none
  Label label{};     // null: the row has none
};

struct NameTable {
  std::vector<NameRow> rows;
  bool has_labels = false;
  bool is_lines = false;  // text without columns: perhaps no table at all
};

enum class Names {
  kPlaces,  // where photos are: in a column such as `path`. Without one, text that is not named as a table is a path a line
  kIds,     // what photos are called: also in a column such as `id`, or in the first one. The labels are in another
};

// Whether it may be such a table: Parquet, or text without control characters.
bool is_named_like_names(const std::string& file);  // .csv, .tsv, .jsonl, .ndjson, .txt, .lst, .list, .parquet
bool is_text(const Bytes& first_bytes);

// `file` is what errors call it. Throws Error(kNothingToRead) if it is damaged, or has no column of names; Error(kUsage) for a column that
// was asked for and is not there.
NameTable read_names(const Bytes& bytes, const std::string& file, Names names, const CollectionOptions& columns);

}  // namespace coulis
