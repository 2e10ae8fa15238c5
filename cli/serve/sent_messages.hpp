// SentMessages: progress as messages to the client.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cli/serve/orders.hpp"
#include "job/threads/progress.hpp"

namespace coulis {

// Sentences only: the client draws no bar.
class SentMessages final : public Progress {
 public:
  explicit SentMessages(Connection& client) : client_(client) {}

  void begin(std::string_view /*stage*/, std::uint64_t /*total*/) override {}
  void advance(std::uint64_t /*done*/, std::uint64_t /*failed*/) override {}
  void end() override {}
  void say(const std::string& sentence) override { send_message(client_, "info", sentence); }
  void detail(const std::string& sentence) override { send_message(client_, "debug", sentence); }
  void warn(const std::string& sentence) override { send_message(client_, "warning", sentence); }

 private:
  Connection& client_;
};

}  // namespace coulis
