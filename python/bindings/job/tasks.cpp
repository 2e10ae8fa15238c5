// _job.TaskWorker: what a task does with an order; and what can be done with results besides handing them back to run().
#include "job/tasks/results.hpp"

#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
#include "job/tasks/task_worker.hpp"
#include "python/bindings/job/registers.hpp"
#include "python/bindings/text.hpp"

namespace nb = nanobind;

namespace coulis::bindings {
namespace {

std::string_view view(const nb::bytes& bytes) {
  return {bytes.c_str(), bytes.size()};
}

nb::bytes to_python(const std::string& bytes) {
  return nb::bytes(bytes.data(), bytes.size());
}

void init_worker(TaskWorker* worker, const nb::bytes& shared, std::optional<std::string> model, int threads) {
  new (worker) TaskWorker(std::string(view(shared)), std::move(model), threads);
}

nb::bytes work(TaskWorker& worker, const nb::bytes& order, const std::vector<GivenUpImage>& given_up) {
  std::string result;
  {
    const nb::gil_scoped_release released;
    result = worker.work(view(order), given_up);
  }
  return to_python(result);
}

nb::bytes prepare(TaskWorker& worker, const nb::bytes& order) {
  std::string error;
  {
    const nb::gil_scoped_release released;
    error = worker.prepare(view(order));
  }
  return to_python(error);
}

nb::bytes try_images(TaskWorker& worker, const nb::bytes& order, std::size_t first, const std::vector<GivenUpImage>& given_up,
                     const nb::callable& tried) {
  std::string result;
  {
    const nb::gil_scoped_release released;
    result = worker.try_images(view(order), first, given_up, [&] {
      const nb::gil_scoped_acquire locked;
      tried();
    });
  }
  return to_python(result);
}

nb::bytes merge_moments(const nb::iterable& results) {
  std::optional<MomentsResult> sum;
  for (const nb::handle result : results) add_sibling(sum, parse_moments_result(view(nb::cast<nb::bytes>(result))));
  if (!sum) throw Error(ErrorCode::kRunFailed, "there are no moments to merge");
  return to_python(to_bytes(*sum));
}

nb::bytes make_failure(const nb::bytes& order, const std::string& message, const std::string& remedy, int code) {
  return to_python(to_bytes(make_task_error(name_of_order(view(order)), static_cast<ErrorCode>(code), message, remedy)));
}

}  // namespace

void register_tasks(nb::module_& m) {
  nb::class_<GivenUpImage>(m, "GivenUpImage", "An image of a part that is not touched, and why.")
      .def(nb::init<std::size_t, std::string>(), nb::arg("index"), nb::arg("message"));
  nb::class_<TaskWorker>(m, "TaskWorker", "Orders of one stage to results, one after another. Not thread-safe.")
      .def("__init__", init_worker, nb::arg("shared"), nb::arg("model").none(), nb::arg("threads"))
      .def("work", work, nb::arg("order"), nb::arg("given_up") = std::vector<GivenUpImage>(),
           "The result of an order; it may be an error: maybe_error().")
      .def("prepare", prepare, nb::arg("order"), "Load the model that orders of features need. Nothing, or an error.")
      .def("try_images", try_images, nb::arg("order"), nb::arg("first"), nb::arg("given_up"), nb::arg("tried"),
           "The images of a part one by one, without committing anything; calls tried() after each. Nothing, or an error.");
  nb::class_<TaskError>(m, "TaskError", "Why an order was not carried out; str() is a sentence.")
      .def_prop_ro("stage", [](const TaskError& error) { return std::string(to_string(error.stage)); })
      .def_ro("part", &TaskError::part)
      .def_ro("worker", &TaskError::worker, "the machine")
      .def_prop_ro(
          "code", [](const TaskError& error) { return static_cast<int>(error.code); }, "an exit code of the command")
      .def_prop_ro("message", [](const TaskError& error) { return to_text(error.message); })
      .def_prop_ro("remedy", [](const TaskError& error) { return to_text(error.remedy); })
      .def("__str__", [](const TaskError& error) { return to_text(describe(error)); });
  m.def(
      "maybe_error", [](const nb::bytes& result) { return maybe_error(view(result)); }, nb::arg("result"));
  m.def("make_failure", make_failure, nb::arg("order"), nb::arg("message"), nb::arg("remedy"), nb::arg("code"),
        "The result of an order that failed where no TaskWorker has seen it.");
  m.def("merge_moments", merge_moments, nb::arg("results"),
        "The results of orders of moments, by number, as that of their parent: of the orders whose number div 32 is the same.");
}

}  // namespace coulis::bindings
