// sort_by_key: entries in the order of the bytes of their keys.
#pragma once

#include <vector>

#include "job/storage/location.hpp"

namespace coulis {

void sort_by_key(std::vector<Entry>& entries);  // stable

}  // namespace coulis
