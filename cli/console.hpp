// Console: progress and messages on stderr: a bar on a terminal, else a line every ten seconds. It escapes control
// characters in file names and the like.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "job/threads/progress.hpp"

namespace coulis {

enum class Verbosity { kQuiet, kNormal, kVerbose };

class Console : public Progress {
 public:
  explicit Console(Verbosity verbosity);
  ~Console() override { end(); }  // so that no bar is left before an error message
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  void begin(std::string_view stage, std::uint64_t total) override;
  void advance(std::uint64_t done, std::uint64_t failed) override;
  void end() final;
  void say(const std::string& sentence) override;
  void detail(const std::string& sentence) override;
  void warn(const std::string& sentence) override;

 private:
  using Clock = std::chrono::steady_clock;

  void draw(Clock::time_point now);
  void print(std::string_view line);  // clears the bar first

  std::mutex mutex_;
  Verbosity verbosity_;
  bool terminal_;
  bool bar_drawn_ = false;
  std::string stage_;
  std::uint64_t total_ = 0;
  std::uint64_t done_ = 0;
  std::uint64_t failed_ = 0;
  Clock::time_point started_;
  Clock::time_point drawn_;
};

// "features [=====>    ] 1234/2592 48 % 301/s, 0:05 left, 2 failed", cut to fit `columns`.
struct BarState {
  std::string_view stage;
  std::uint64_t done = 0;
  std::uint64_t total = 0;
  std::uint64_t failed = 0;
  double seconds = 0;
};
std::string format_bar(const BarState& state, int columns);
std::string format_line(const BarState& state);

void print_error(const std::string& message, const std::string& remedy);  // "coulis: error: ..." and "  try: ..."

}  // namespace coulis
