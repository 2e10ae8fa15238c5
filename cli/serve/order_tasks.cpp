// work, try, merge: what the tasks of a cluster do with the orders of a run.
#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/serve/orders.hpp"
#include "core/base/error.hpp"
#include "job/tasks/results.hpp"

namespace coulis {
namespace {

struct Task {
  TaskWorker& worker;
  std::string_view order;
  std::vector<GivenUpImage> given_up;
};

Task task_in(const Frame& frame, Served& served) {
  const std::string_view payload = frame.payload;
  const auto shared_size = std::min(frame.header.at("shared").get<std::size_t>(), payload.size());
  const std::string shared(payload.substr(0, shared_size));
  const Header model = frame.header.value("model", Header());
  const int threads = frame.header.value("threads", 1);
  const std::optional<std::string> maybe_model = model.is_null() ? std::nullopt : std::optional(raw_name(model.get<std::string>()));
  const std::string made_of = shared + '\0' + model.dump() + '\0' + std::to_string(threads);
  TaskWorker& worker = served.worker.get(made_of, [&] { return TaskWorker(shared, maybe_model, threads); });
  std::vector<GivenUpImage> given_up;
  for (const Header& one : frame.header.value("given_up", Header::array())) {
    given_up.push_back({one.at(0).get<std::size_t>(), one.at(1).get<std::string>()});
  }
  return {worker, payload.substr(shared_size), std::move(given_up)};
}

// False for bytes that are not an order: the worker refuses these in its result.
bool is_of_features(std::string_view order) {
  try {
    return name_of_order(order).kind == TaskKind::kFeatures;
  } catch (const Error&) {
    return false;
  }
}

// Loads the model first, so that a later death is a photo's fault. Returns the result if loading fails, else nothing.
std::string begin(const Task& task, Connection& client) {
  client.end_with_client();
  std::string error;
  if (is_of_features(task.order)) error = task.worker.prepare(task.order);
  if (error.empty()) client.send({{"answer", "begun"}});
  return error;
}

}  // namespace

Frame serve_work(const Frame& frame, Served& served) {
  const Task task = task_in(frame, served);
  if (std::string error = begin(task, served.client); !error.empty()) return {Header::object(), std::move(error)};
  return {Header::object(), task.worker.work(task.order, task.given_up)};
}

Frame serve_try(const Frame& frame, Served& served) {
  const Task task = task_in(frame, served);
  if (std::string error = begin(task, served.client); !error.empty()) return {Header::object(), std::move(error)};
  const auto tried = [&] { served.client.send({{"answer", "tried"}}); };
  return {Header::object(), task.worker.try_images(task.order, frame.header.at("first").get<std::size_t>(), task.given_up, tried)};
}

Frame serve_merge(const Frame& /*frame*/, Served& served) {
  std::optional<MomentsResult> sum;
  for (Frame frame = served.client.next_answer(); frame.header.value("order", "") == "answer"; frame = served.client.next_answer()) {
    add_sibling(sum, parse_moments_result(frame.payload));
  }
  if (!sum) throw Error(ErrorCode::kRunFailed, "there are no moments to merge");
  return {Header::object(), to_bytes(*sum)};
}

}  // namespace coulis
