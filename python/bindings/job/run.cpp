// _job.run: the whole flow of `coulis run`, with the parts handed to a function of Python, stage by stage. _job.LocalRun: on the threads of
// this process.
#include "job/run/run.hpp"

#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <atomic>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "job/tasks/task_executor.hpp"
#include "python/bindings/job/keywords.hpp"
#include "python/bindings/job/registers.hpp"
#include "python/bindings/keywords.hpp"
#include "python/bindings/text.hpp"

namespace nb = nanobind;

namespace coulis::bindings {
namespace {

// A stage as Python sees it; an Order has its bytes in memory of C++, where they wait for being asked for.
struct Stage {
  std::string name;
  std::size_t parts = 0;
  std::string model;
  nb::bytes shared;
  nb::list orders;
};

RunStage call_python(nb::object run_stage) {
  return [run_stage = std::move(run_stage)](TaskStage stage) {
    const nb::gil_scoped_acquire locked;
    Stage told{std::string(to_string(stage.kind)), stage.parts, stage.model, nb::bytes(stage.shared.data(), stage.shared.size()), {}};
    for (TaskOrder& order : stage.orders) told.orders.append(nb::cast(std::move(order)));
    std::vector<std::string> results;
    for (const nb::handle result : run_stage(nb::cast(std::move(told)))) {
      const auto bytes = nb::cast<nb::bytes>(result);
      results.emplace_back(bytes.c_str(), bytes.size());
    }
    return results;
  };
}

// report(level, sentence) with Python's names of levels. Nobody hears of stages: clusters have pages of their own.
class ReportedProgress final : public Progress {
 public:
  explicit ReportedProgress(nb::object report) : report_(std::move(report)) {}

  void begin(std::string_view /*stage*/, std::uint64_t /*total*/) override {}
  void advance(std::uint64_t /*done*/, std::uint64_t /*failed*/) override {}
  void end() override {}
  void say(const std::string& sentence) override { tell("info", sentence); }
  void detail(const std::string& sentence) override { tell("debug", sentence); }
  void warn(const std::string& sentence) override { tell("warning", sentence); }

 private:
  void tell(const char* level, const std::string& sentence) {
    const nb::gil_scoped_acquire locked;
    report_(level, to_text(sentence));
  }

  nb::object report_;
};

nb::dict to_dict(const Summary& summary) {
  const Manifest& manifest = summary.manifest;
  nb::dict dict;
  dict["listed"] = manifest.listed;
  dict["ok"] = manifest.ok;
  dict["failed"] = manifest.failed();
  nb::dict passed_over;
  for (std::size_t i = 0; i < kReasons; ++i) {
    const PassedOver::Count& count = manifest.passed_over.by_reason.at(i);
    if (count.files + count.folders == 0) continue;
    nb::dict of_reason;
    of_reason["files"] = count.files;
    of_reason["folders"] = count.folders;
    of_reason["example"] = count.example;
    passed_over[nb::str(std::string(to_string(static_cast<Reason>(i))).c_str())] = of_reason;
  }
  dict["passed_over"] = passed_over;
  dict["computed"] = summary.computed;
  dict["up_to_date"] = summary.up_to_date;
  dict["parts"] = manifest.parts.size();
  dict["k"] = manifest.pca.explained_variance_ratio.size();
  dict["explained_variance_ratio"] = manifest.pca.explained_variance_ratio;
  nb::dict seconds;
  for (const auto& [stage, value] : manifest.seconds) seconds[stage.c_str()] = value;
  dict["seconds"] = seconds;
  dict["cores"] = manifest.threads;
  dict["images_per_second_per_core"] = manifest.images_per_second_per_core();
  return dict;
}

RunOptions read_run_options(const nb::dict& keywords, const std::optional<std::string>& pca_file) {
  const RunOptions options = read_keywords(keywords);
  return pca_file ? read_keywords(keywords, options_around(*pca_file, options.storage)) : options;
}

nb::dict run_with_tasks(const nb::dict& keywords, const std::optional<std::string>& pca_file, nb::object run_stage, nb::object report) {
  const RunOptions options = read_run_options(keywords, pca_file);
  TaskExecutor executor(options, call_python(std::move(run_stage)));
  ReportedProgress progress(std::move(report));
  const std::atomic<bool> interrupted = false;
  std::optional<Summary> summary;
  {
    const nb::gil_scoped_release released;
    summary = run(options, pca_file, interrupted, progress, executor);
  }
  return to_dict(*summary);
}

// run() is for one thread, stop() for another: no part is begun after it.
class LocalRun {
 public:
  LocalRun(const nb::dict& keywords, const std::optional<nb::object>& pca_file, nb::object report)
      : pca_file_(pca_file ? std::optional(to_raw(*pca_file)) : std::nullopt),
        options_(read_run_options(keywords, pca_file_)),
        progress_(std::move(report)) {
    options_.storage.maybe_interrupted = &interrupted_;
  }

  nb::dict run() {
    std::optional<Summary> summary;
    {
      const nb::gil_scoped_release released;
      summary = coulis::run(options_, pca_file_, interrupted_, progress_);
    }
    return to_dict(*summary);
  }

  void stop() { interrupted_ = true; }

 private:
  std::optional<std::string> pca_file_;
  RunOptions options_;
  ReportedProgress progress_;
  std::atomic<bool> interrupted_ = false;
};

}  // namespace

void register_run(nb::module_& m) {
  nb::class_<TaskOrder>(m, "Order", "What one task is to do.")
      .def_ro("number", &TaskOrder::number, "Of the moments: the node of their tree. Orders of one stage are in ascending order.")
      .def_prop_ro("bytes", [](const TaskOrder& order) { return nb::bytes(order.bytes.data(), order.bytes.size()); });
  nb::class_<Stage>(m, "Stage", "Orders that can be worked on at the same time.")
      .def_ro("name", &Stage::name, "'features', 'moments' or 'projection'")
      .def_ro("parts", &Stage::parts, "how many parts all orders have")
      .def_ro("model", &Stage::model, "its name, or the path of its file where the run was started")
      .def_ro("shared", &Stage::shared, "what all tasks of the stage are told")
      .def_ro("orders", &Stage::orders);
  m.def("run", run_with_tasks, nb::arg("keywords"), nb::arg("pca").none(), nb::arg("run_stage"), nb::arg("report"),
        "The run that the keywords describe. run_stage(stage) has a TaskWorker work on each order and returns the results, in any order; "
        "report(level, sentence) hears what a person should.");
  nb::class_<LocalRun>(m, "LocalRun", "A run on the threads of this process.")
      .def(nb::init<const nb::dict&, const std::optional<nb::object>&, nb::object>(), nb::arg("keywords"), nb::arg("pca").none(),
           nb::arg("report"))
      .def("run", &LocalRun::run, "Counts and seconds. Once.")
      .def("stop", &LocalRun::stop, "From another thread: run() raises when the parts that are begun are finished.");
}

}  // namespace coulis::bindings
