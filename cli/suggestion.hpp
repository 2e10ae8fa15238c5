// What a person meant who typed a word that is not known.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace coulis {

// The known word with the fewest letters inserted, left out, changed or swapped with their neighbour; empty if it takes more than a third
// of them.
std::string nearest_word(std::string_view word, const std::vector<std::string>& known);

}  // namespace coulis
