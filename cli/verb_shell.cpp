// The subcommands about the command itself: completion, man.
#include <fmt/format.h>

#include <memory>
#include <string>

#include "cli/completion.hpp"
#include "cli/manual.hpp"
#include "cli/verbs.hpp"
#include "core/base/error.hpp"

namespace coulis {
namespace {

std::string completion_for(const std::string& shell, const CLI::App& app) {
  const auto verbs = describe_verbs(app);
  if (shell == "bash") return bash_completion(verbs);
  if (shell == "zsh") return zsh_completion(verbs);
  if (shell == "fish") return fish_completion(verbs);
  throw Error(ErrorCode::kUsage, fmt::format("there is no completion for '{}'", shell), "bash, zsh or fish");
}

}  // namespace

void add_completion(CLI::App& app, Session&) {
  const auto shell = std::make_shared<std::string>();
  CLI::App* verb = app.add_subcommand("completion", "Print the completion script for bash, zsh or fish");
  verb->add_option("SHELL", *shell, "bash, zsh or fish")->required();
  verb->footer("Example: eval \"$(coulis completion bash)\"");
  verb->callback([shell, &app] { fmt::print("{}", completion_for(*shell, app)); });
}

void add_man(CLI::App& app, Session&) {
  CLI::App* verb = app.add_subcommand("man", "Print the manual page: coulis man | man -l -");
  verb->callback([&app] { fmt::print("{}", manual_page(describe_verbs(app))); });
}

}  // namespace coulis
