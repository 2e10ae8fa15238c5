// What `run`, `fit` and `project` print on stdout at the end.
#pragma once

#include <string>

#include "cli/arguments.hpp"
#include "job/run/run.hpp"
#include "job/run/share.hpp"

namespace coulis {

// After one share of a run.
void print_share(const ShareSummary& summary, const std::string& share, const Session& session);

void print_results(const Summary& summary, const std::string& output, const Session& session);

}  // namespace coulis
