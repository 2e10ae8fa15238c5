// One function per subcommand: it declares the arguments and what the subcommand does.
#pragma once

#include "cli/arguments.hpp"

namespace coulis {

void add_run(CLI::App& app, Session& session);
void add_featurize(CLI::App& app, Session& session);
void add_plan(CLI::App& app, Session& session);
void add_fit(CLI::App& app, Session& session);
void add_project(CLI::App& app, Session& session);
void add_verify(CLI::App& app, Session& session);
void add_report(CLI::App& app, Session& session);
void add_export(CLI::App& app, Session& session);
void add_pack(CLI::App& app, Session& session);
void add_check(CLI::App& app, Session& session);
void add_models(CLI::App& app, Session& session);
void add_serve(CLI::App& app, Session& session);
void add_options(CLI::App& app, Session& session);
void add_completion(CLI::App& app, Session& session);
void add_man(CLI::App& app, Session& session);

}  // namespace coulis
