// The manual page, made from the declarations of the command line.
#pragma once

#include <string>
#include <vector>

#include "cli/command_tree.hpp"

namespace coulis {

std::string manual_page(const std::vector<VerbDescription>& verbs);  // troff, for man(1)

}  // namespace coulis
