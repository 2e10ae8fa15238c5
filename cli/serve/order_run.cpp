#include <optional>
#include <utility>
#include <vector>

#include "cli/serve/orders.hpp"
#include "cli/serve/sent_messages.hpp"
#include "core/base/printable.hpp"
#include "job/run/run.hpp"
#include "job/tasks/task_executor.hpp"

namespace coulis {
namespace {

RunStage hand_to(Connection& client) {
  return [&client](const TaskStage& stage, const TakeResult& take) {
    client.send({{"answer", "stage"},
                 {"name", to_string(stage.kind)},
                 {"parts", stage.parts},
                 {"model", printable(stage.model)},
                 {"orders", stage.orders}},
                {stage.shared});
    for (std::size_t i = 0; i < stage.orders; ++i) {  // the client reads as many at a time as it has room for
      const TaskOrder order = stage.next_order();
      client.send({{"answer", "order"}, {"number", order.number}}, {order.bytes});
      // The client may have results before it reads more orders. Together they may be gigabytes.
      while (std::optional<Frame> frame = client.answer_that_is_here()) take(std::move(frame->payload));
    }
    for (Frame frame = client.next_answer(); frame.header.value("order", "") == "answer"; frame = client.next_answer()) {
      take(std::move(frame.payload));
    }
  };
}

Header to_header(const PassedOver& passed_over) {
  Header header = Header::object();
  for (std::size_t i = 0; i < kReasons; ++i) {
    const PassedOver::Count& count = passed_over.by_reason.at(i);
    if (count.files + count.folders == 0) continue;
    header[std::string(to_string(static_cast<Reason>(i)))] = {
        {"files", count.files}, {"folders", count.folders}, {"example", count.example}};
  }
  return header;
}

Header to_header(const Summary& summary) {
  const Manifest& manifest = summary.manifest;
  Header seconds = Header::object();
  for (const auto& [stage, value] : manifest.seconds) seconds[stage] = value;
  return {{"listed", manifest.listed},
          {"ok", manifest.ok},
          {"failed", manifest.failed()},
          {"passed_over", to_header(manifest.passed_over)},
          {"computed", summary.computed},
          {"up_to_date", summary.up_to_date},
          {"parts", manifest.parts.count},
          {"k", manifest.pca.explained_variance_ratio.size()},
          {"explained_variance_ratio", manifest.pca.explained_variance_ratio},
          {"seconds", std::move(seconds)},
          {"cores", manifest.threads},
          {"images_per_second_per_core", manifest.images_per_second_per_core()}};
}

}  // namespace

Frame serve_run(const Frame& order, Served& served) {
  Connection& client = served.client;
  const std::string pca = name_in(order.header, "pca");
  const std::optional<std::string> pca_file = pca.empty() ? std::nullopt : std::optional(pca);
  RunOptions options = options_in(order.header, client);
  if (pca_file) options = options_in(order.header, client, options_around(*pca_file, options.storage));
  SentMessages progress(client);
  if (!order.header.value("tasks", false)) return {{{"summary", to_header(run(options, pca_file, client.interrupted(), progress))}}, {}};
  TaskExecutor executor(options, hand_to(client));
  return {{{"summary", to_header(run(options, pca_file, client.interrupted(), progress, executor))}}, {}};
}

}  // namespace coulis
