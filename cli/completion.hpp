// Shell completion: scripts made from the declarations of the command line.
#pragma once

#include <string>
#include <vector>

#include "cli/command_tree.hpp"

namespace coulis {

std::string bash_completion(const std::vector<VerbDescription>& verbs);
std::string zsh_completion(const std::vector<VerbDescription>& verbs);
std::string fish_completion(const std::vector<VerbDescription>& verbs);

}  // namespace coulis
