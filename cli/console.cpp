#include "cli/console.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "core/base/printable.hpp"

namespace coulis {
namespace {

constexpr auto kBarInterval = std::chrono::milliseconds(100);
constexpr auto kLineInterval = std::chrono::seconds(10);
constexpr std::string_view kClearLine = "\r\x1b[K";

int terminal_columns() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

void write_stderr(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

// Tenths of a second when little time is left.
std::string format_duration(double seconds) {
  if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<long>(seconds + 0.5);
  if (whole >= 3600) return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

std::string format_figures(const BarState& state) {
  const int percent = state.total == 0 ? 100 : static_cast<int>(100 * state.done / state.total);
  std::string text = fmt::format("{}/{} {} %", state.done, state.total, percent);
  if (state.done == 0 || state.seconds <= 0) return text;
  const double rate = static_cast<double>(state.done) / state.seconds;
  text += fmt::format(", {:.0f}/s, {} left", rate, format_duration(static_cast<double>(state.total - state.done) / rate));
  if (state.failed > 0) text += fmt::format(", {} failed", state.failed);
  return text;
}

}  // namespace

std::string format_line(const BarState& state) {
  return fmt::format("{}: {}", state.stage, format_figures(state));
}

std::string format_bar(const BarState& state, int columns) {
  const std::string figures = format_figures(state);
  const int room = columns - 1 - static_cast<int>(state.stage.size() + figures.size()) - 4;
  if (room < 8) return format_line(state).substr(0, static_cast<std::size_t>(std::max(columns - 1, 0)));
  const auto width = static_cast<std::size_t>(std::min(room, 40));
  const std::size_t filled = state.total == 0 ? width : width * state.done / state.total;
  return fmt::format("{} [{}{}] {}", state.stage, std::string(filled, '='), std::string(width - filled, ' '), figures);
}

Console::Console(Verbosity verbosity) : verbosity_(verbosity), terminal_(isatty(STDERR_FILENO) == 1) {}

void Console::begin(std::string_view stage, std::uint64_t total) {
  const std::lock_guard lock(mutex_);
  stage_ = stage;
  total_ = total;
  done_ = 0;
  failed_ = 0;
  started_ = drawn_ = Clock::now();
}

void Console::advance(std::uint64_t done, std::uint64_t failed) {
  const std::lock_guard lock(mutex_);
  done_ += done;
  failed_ += failed;
  const Clock::time_point now = Clock::now();
  if (now - drawn_ >= (terminal_ ? Clock::duration(kBarInterval) : Clock::duration(kLineInterval))) draw(now);
}

void Console::end() {
  const std::lock_guard lock(mutex_);
  if (bar_drawn_) write_stderr(kClearLine);
  bar_drawn_ = false;
}

void Console::draw(Clock::time_point now) {
  drawn_ = now;
  if (verbosity_ == Verbosity::kQuiet) return;
  const BarState state{stage_, done_, total_, failed_, std::chrono::duration<double>(now - started_).count()};
  if (terminal_) {
    write_stderr(fmt::format("{}{}", kClearLine, format_bar(state, terminal_columns())));
    bar_drawn_ = true;
  } else {
    write_stderr(format_line(state) + "\n");
  }
}

void Console::print(std::string_view line) {
  const std::lock_guard lock(mutex_);
  write_stderr(fmt::format("{}{}\n", bar_drawn_ ? kClearLine : "", printable_sentence(line)));
  bar_drawn_ = false;
}

void Console::say(const std::string& sentence) {
  if (verbosity_ != Verbosity::kQuiet) print(sentence);
}

void Console::detail(const std::string& sentence) {
  if (verbosity_ == Verbosity::kVerbose) print(sentence);
}

void Console::warn(const std::string& sentence) {
  if (verbosity_ != Verbosity::kQuiet) print("coulis: warning: " + sentence);
}

void print_error(const std::string& message, const std::string& remedy) {
  const bool colour = isatty(STDERR_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;  // NOLINT(concurrency-mt-unsafe): nothing sets it
  write_stderr(fmt::format("coulis: {}error:{} {}\n", colour ? "\x1b[1;31m" : "", colour ? "\x1b[0m" : "", printable_sentence(message)));
  if (!remedy.empty()) write_stderr(fmt::format("  try: {}\n", printable_sentence(remedy)));
}

}  // namespace coulis
