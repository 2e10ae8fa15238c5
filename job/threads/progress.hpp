// Progress: how a run reports what it does. Methods may be called from any worker.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace coulis {

class Progress {
 public:
  virtual ~Progress() = default;

  virtual void begin(std::string_view stage, std::uint64_t total) = 0;  // total in images or parts; one stage at a time
  virtual void advance(std::uint64_t done, std::uint64_t failed) = 0;   // increments
  virtual void end() = 0;

  virtual void say(const std::string& sentence) = 0;     // shown in every run
  virtual void detail(const std::string& sentence) = 0;  // with -v only
  virtual void warn(const std::string& sentence) = 0;    // something differs from what the user asked for
};

}  // namespace coulis
