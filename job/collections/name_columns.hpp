// Which columns of a table of names hold the names and the labels.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "job/collections/name_table.hpp"

namespace coulis {

struct NameColumns {
  std::size_t name = 0;
  std::optional<std::size_t> label{};
};

// Nothing: there is no column of names. Throws Error(kUsage) for one that `columns` asks for and that is not there.
std::optional<NameColumns> find_name_columns(const std::vector<std::string>& titles, const std::string& file, Names names,
                                             const CollectionOptions& columns);

[[noreturn]] void throw_no_names(const std::vector<std::string>& titles, const std::string& file);

}  // namespace coulis
