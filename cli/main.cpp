// coulis: arguments -> subcommand -> exit code. Catches all errors of the command.
#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include "cli/help.hpp"
#include "cli/suggestion.hpp"
#include "cli/verbs.hpp"
#include "core/base/error.hpp"
#include "core/base/simd.hpp"
#include "core/base/version.hpp"
#include "job/storage/arrow_calls.hpp"

namespace {

std::atomic<bool> interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free);  // a signal handler may set it

// The first signal asks for an orderly end, the second ends at once. Finished parts are safe in both cases.
void on_signal(int) {
  if (interrupted.exchange(true)) _exit(static_cast<int>(coulis::ErrorCode::kInterrupted));
  constexpr std::string_view kText = "\ncoulis: finishing parts in progress; press Ctrl-C again to stop now\n";
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, kText.data(), kText.size());
}

void install_signal_handlers() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

// If the disk is full, the exit code must say that results are lost.
// A reader that has closed the pipe, such as `head`, is no error.
void flush_results() {
  if (std::fflush(stdout) == 0 || errno == EPIPE) return;
  throw coulis::Error(coulis::ErrorCode::kStorage,
                      fmt::format("cannot write to standard output: {}", std::generic_category().message(errno)),
                      "check the disk or program that it goes to; the files in OUTPUT are complete");
}

// By default, glibc raises its thresholds with the largest block freed and then keeps tens of
// MB in each thread's arena. Fixed thresholds return the memory of a part when it is done,
// and keep the buffers of photos of a megapixel. glibc also makes eight arenas per CPU. One
// thread fetches a photo and another frees it, which would leave holes in all of them.
void limit_kept_memory() {
  mallopt(M_ARENA_MAX, static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
  mallopt(M_MMAP_THRESHOLD, 4 << 20);
  mallopt(M_TRIM_THRESHOLD, 8 << 20);
}

std::vector<std::string> verb_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* verb : app.get_subcommands({})) names.push_back(verb->get_name());
  return names;
}

void check_verb(const CLI::App& app, const std::string& name) {
  const std::vector<std::string> known = verb_names(app);
  if (name.starts_with('-') || std::find(known.begin(), known.end(), name) != known.end()) return;
  const std::string meant = coulis::nearest_word(name, known);
  throw coulis::Error(coulis::ErrorCode::kUsage, fmt::format("there is no subcommand '{}'", coulis::printable(name)),
                      meant.empty() ? "coulis --help lists them" : fmt::format("coulis {}", meant));
}

// After a parse error: the flag that was meant, or where to look.
std::string advise(const CLI::App& app) {
  const auto verbs = app.get_subcommands();
  if (verbs.empty()) return "coulis --help";
  std::vector<std::string> flags;
  for (const CLI::Option* option : verbs.front()->get_options()) {
    for (const std::string& name : option->get_lnames()) flags.push_back("--" + name);
  }
  for (const std::string& word : app.remaining(true)) {
    const std::string flag = word.substr(0, word.find('='));
    if (std::string meant = coulis::nearest_word(flag, flags); flag.starts_with("--") && !meant.empty()) return meant;
  }
  return fmt::format("coulis {} --help", verbs.front()->get_name());
}

int run_command_line(int argc, char** argv) {
  CLI::App app("Photos to image features, a PCA and a report.", "coulis");
  app.formatter(std::make_shared<coulis::HelpFormatter>());  // the subcommands inherit it
  app.set_version_flag("--version", fmt::format("coulis {}", coulis::kVersion));
  app.require_subcommand(1);
  app.fallthrough(false);
  app.footer(
      "Exit codes: 0 done, 1 run failed, 2 usage, 3 too many bad photos, 4 nothing to read,\n"
      "            5 credentials, network or storage, 130 interrupted (run again to resume)\n"
      "COULIS_SIMD=portable|avx2|avx512 limits the instructions used.");
  coulis::Session session{.interrupted = interrupted};
  for (const auto add : {coulis::add_run, coulis::add_featurize, coulis::add_plan, coulis::add_fit, coulis::add_project, coulis::add_verify,
                         coulis::add_report, coulis::add_export, coulis::add_pack, coulis::add_check, coulis::add_models, coulis::add_serve,
                         coulis::add_options, coulis::add_completion, coulis::add_man}) {
    add(app, session);
  }
  if (argc > 1) check_verb(app, argv[1]);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& e) {
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    coulis::print_error(e.what(), advise(app));
    return static_cast<int>(coulis::ErrorCode::kUsage);
  }
  return session.exit_code;
}

int run_guarded(int argc, char** argv) {
  try {
    install_signal_handlers();
    limit_kept_memory();
    coulis::limit_simd_by_environment();
    const int exit_code = run_command_line(argc, argv);
    flush_results();
    return exit_code;
  } catch (const coulis::Error& e) {
    coulis::print_error(e.what(), e.remedy());
    return static_cast<int>(e.code());
  } catch (const std::system_error& e) {
    if (e.code() == std::errc::broken_pipe) return static_cast<int>(coulis::ErrorCode::kRunFailed);  // nobody reads stderr
    coulis::print_error(fmt::format("unexpected: {}", e.what()), "this is a defect of coulis: please report it");
  } catch (const std::bad_alloc&) {
    coulis::print_error("out of memory", "use fewer --threads, or smaller --images-per-part");
  } catch (const std::exception& e) {
    coulis::print_error(fmt::format("unexpected: {}", e.what()), "this is a defect of coulis: please report it");
  }
  return static_cast<int>(coulis::ErrorCode::kRunFailed);
}

}  // namespace

int main(int argc, char** argv) {
  const int exit_code = run_guarded(argc, argv);
  if (!coulis::any_call_left_behind()) return exit_code;
  std::fflush(nullptr);
  _exit(exit_code);
}
