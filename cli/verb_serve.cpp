#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <map>
#include <memory>
#include <new>
#include <string>

#include "cli/serve/orders.hpp"
#include "cli/verbs.hpp"
#include "core/base/error.hpp"
#include "core/base/printable.hpp"

namespace coulis {
namespace {

constexpr int kProtocol = 1;  // docs/protocol.md

using Serve = Frame (*)(const Frame& order, Served& served);

Frame answer(const Frame& order, Served& served) {
  static const std::map<std::string, Serve> kOrders = {
      {"run", serve_run},   {"pack", serve_pack}, {"featurize", serve_featurize},
      {"list", serve_list}, {"size", serve_size}, {"read", serve_read},
      {"work", serve_work}, {"try", serve_try},   {"merge", serve_merge},
  };
  if (order.header.value("protocol", Header()) != kProtocol) {
    throw Error(ErrorCode::kUsage, "the client does not speak version 1 of the protocol",
                "install matching versions of coulis and its client");
  }
  const auto known = kOrders.find(order.header.value("order", ""));
  if (known == kOrders.end()) throw Error(ErrorCode::kUsage, "there is no such order", "see docs/protocol.md");
  return known->second(order, served);
}

Header to_header(ErrorCode code, const std::string& message, const std::string& remedy) {
  return {{"answer", "error"},
          {"code", static_cast<int>(code)},
          {"message", printable_sentence(message)},
          {"remedy", printable_sentence(remedy)}};
}

void serve_one(const Frame& order, Served& served) {
  try {
    Frame result = answer(order, served);
    Header header = {{"answer", "result"}};
    header.update(result.header);
    served.client.send(std::move(header), {result.payload});
  } catch (const Error& e) {
    served.client.send(to_header(e.code(), e.what(), e.remedy()));
  } catch (const Header::exception& e) {
    served.client.send(to_header(ErrorCode::kUsage, std::string("a field of the order is missing or of the wrong type: ") + e.what(),
                                 "see docs/protocol.md"));
  } catch (const std::bad_alloc&) {
    served.client.send(to_header(ErrorCode::kRunFailed, "out of memory", "use fewer threads, or a smaller images-per-part"));
  } catch (const std::exception& e) {
    served.client.send(
        to_header(ErrorCode::kRunFailed, std::string("unexpected: ") + e.what(), "this is a defect of coulis: please report it"));
  }
}

// Only frames use the pipes of the client: what libraries print goes to stderr, and nothing else reads stdin.
int take(int descriptor, int instead) {
  const int taken = fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
  dup2(instead, descriptor);
  return taken;
}

void execute() {
  std::signal(SIGINT, SIG_IGN);  // Ctrl-C in a terminal also reaches the client, which decides
  std::signal(SIGTERM, SIG_DFL);
  const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  Connection client(take(STDIN_FILENO, nothing), take(STDOUT_FILENO, STDERR_FILENO));
  Served served{client, {}, {}, {}};
  try {
    while (const std::optional<Frame> frame = client.next()) {
      const std::string name = frame->header.value("order", "");
      if (name == "answer" || name == "end") continue;  // for an order that was cancelled
      serve_one(*frame, served);
    }
  } catch (const Error& e) {
    if (e.code() != ErrorCode::kInterrupted) throw;  // kInterrupted: the client has gone
  }
}

}  // namespace

void add_serve(CLI::App& app, Session& /*session*/) {
  CLI::App* verb = app.add_subcommand("serve", "Take orders from programs on stdin, answer on stdout (docs/protocol.md)");
  verb->callback(execute);
}

}  // namespace coulis
