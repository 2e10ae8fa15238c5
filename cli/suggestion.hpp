// Suggests a known word for a mistyped one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace coulis {

// The known word with the fewest letters inserted, omitted, changed or swapped
// with their neighbour. Empty if more than a third of the letters differ.
std::string nearest_word(std::string_view word, const std::vector<std::string>& known);

}  // namespace coulis
