// What `run`, `fit` and `project` print on stdout at the end.
#pragma once

#include <string>

#include "cli/arguments.hpp"
#include "job/run/run.hpp"

namespace coulis {

void print_results(const Summary& summary, const std::string& output, const Session& session);

}  // namespace coulis
