// _job.run: the whole flow of `coulis run`, with the parts handed to an object of Python. _job.LocalRun: on the threads of this process.
#include "job/run/run.hpp"

#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/moments/moments_bytes.hpp"
#include "job/output/part_record.hpp"
#include "python/bindings/job/keywords.hpp"
#include "python/bindings/job/registers.hpp"
#include "python/bindings/keywords.hpp"
#include "python/bindings/text.hpp"

namespace nb = nanobind;

namespace coulis::bindings {
namespace {

// What comes back from a task; tasks.cpp makes it.
using Seconds = std::tuple<double, double, double, double, double>;
using FileText = std::tuple<std::string, std::uint64_t, std::string>;                                        // key, size, sha256
using ErrorText = std::tuple<std::string, std::string, std::string, std::string, std::uint64_t>;             // as ErrorRow
using PartText = std::tuple<std::uint64_t, std::uint64_t, std::uint64_t, FileText, std::vector<ErrorText>>;  // listed, ok, failed, ...

ManifestFile to_file(const FileText& text) {
  return {std::get<0>(text), std::get<1>(text), std::get<2>(text)};
}

std::string images_text(const Part& part) {
  for (auto& [key, value] : to_metadata({"", part.images, {}})) {
    if (key == "coulis.images") return value;
  }
  return "";
}

CommittedPart to_committed(const PartFile& file, const PartText& text) {
  CommittedPart part;
  const auto& [listed, ok, failed, features, errors] = text;
  part.entry = {file.number, file.fingerprint, listed, ok, failed, to_file(features), {}};
  for (const auto& [path, stage, code, message, size_bytes] : errors) part.errors.push_back({path, stage, code, message, size_bytes});
  return part;
}

// tasks: an object of Python with the three methods, each of which takes all parts and returns when all are done.
class TaskExecutor final : public PartExecutor {
 public:
  explicit TaskExecutor(nb::object tasks) : tasks_(std::move(tasks)) {}

  StageSeconds featurize(const Plan& plan, const FeaturizeContext& context, Progress& /*progress*/) override {
    const nb::gil_scoped_acquire locked;
    nb::list parts;
    for (const Part& part : plan.parts) {
      if (!part.done) parts.append(nb::make_tuple(part.number, part.fingerprint, images_text(part)));
    }
    const auto [seconds, cores] = nb::cast<std::pair<std::vector<Seconds>, int>>(tasks_.attr("featurize")(context.settings, parts));
    StageSeconds total;
    total.task_cores = cores;
    for (const auto& [read, decode, resample, network, write] : seconds) {
      total.read += read;
      total.photo.decode += decode;
      total.photo.resample += resample;
      total.photo.network += network;
      total.write += write;
    }
    return total;
  }

  Committed read_committed(const Location& /*input*/, const Location& /*output*/, const std::vector<PartFile>& files, int /*threads*/,
                           Progress& /*progress*/) override {
    const nb::gil_scoped_acquire locked;
    nb::list parts;
    for (const PartFile& file : files) parts.append(nb::make_tuple(file.number, file.fingerprint, file.key));
    const auto [texts, moments] = nb::cast<std::pair<std::vector<PartText>, nb::bytes>>(tasks_.attr("read_parts")(parts));
    std::vector<CommittedPart> committed;
    for (std::size_t i = 0; i < files.size(); ++i) committed.push_back(to_committed(files[i], texts.at(i)));
    return gather(std::move(committed), parse_moments(std::as_bytes(std::span(moments.c_str(), moments.size()))));
  }

  void project_parts(const Location& /*output*/, std::vector<ManifestPart>& parts, const PcaModel& /*model*/,
                     const std::string& model_sha256, const ProjectOptions& options, Progress& /*progress*/) override {
    const nb::gil_scoped_acquire locked;
    nb::list features;
    for (const ManifestPart& part : parts) features.append(nb::make_tuple(part.number, part.fingerprint, part.features.key));
    const auto files =
        nb::cast<std::vector<FileText>>(tasks_.attr("project_parts")(features, model_sha256, std::string(to_string(options.compression))));
    for (std::size_t i = 0; i < parts.size(); ++i) parts[i].pca = to_file(files.at(i));
  }

 private:
  nb::object tasks_;
};

// report(level, sentence) with Python's names of levels. Nobody hears of stages: Spark has its own pages.
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

struct WriteKeywords {
  nb::dict& keywords;

  template <class T>
  void operator()(const Field& field, const T& value) const {
    if constexpr (std::is_enum_v<T>) {
      keywords[keyword_of(field).c_str()] = std::string(to_string(value));
    } else {
      keywords[keyword_of(field).c_str()] = value;
    }
  }
};

RunOptions read_run_options(const nb::dict& keywords, const std::optional<std::string>& pca_file) {
  const RunOptions options = read_keywords(keywords);
  return pca_file ? read_keywords(keywords, options_around(*pca_file, options.storage)) : options;
}

// All options by keyword: what tasks are told, so that none of them fills in a default of its own.
nb::dict complete(const nb::dict& keywords, const std::optional<std::string>& pca_file) {
  const RunOptions options = read_run_options(keywords, pca_file);
  nb::dict all;
  for (const char* place : {"input", "output"}) {
    if (keywords.contains(place)) all[place] = keywords[place];
  }
  visit_fields(options, WriteKeywords{all});
  return all;
}

nb::dict run_with_tasks(const nb::dict& keywords, const std::optional<std::string>& pca_file, nb::object tasks, nb::object report) {
  const RunOptions options = read_run_options(keywords, pca_file);
  TaskExecutor executor(std::move(tasks));
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
  m.def("complete", complete, nb::arg("keywords"), nb::arg("pca").none(),
        "All options of a run by keyword: those given, and the defaults of the others.");
  m.def("run", run_with_tasks, nb::arg("keywords"), nb::arg("pca").none(), nb::arg("tasks"), nb::arg("report"),
        "The run that the keywords describe. tasks has featurize(settings, parts), read_parts(parts) and project_parts(parts, "
        "model_sha256, compression); report(level, sentence) hears what a person should.");
  nb::class_<LocalRun>(m, "LocalRun", "A run on the threads of this process.")
      .def(nb::init<const nb::dict&, const std::optional<nb::object>&, nb::object>(), nb::arg("keywords"), nb::arg("pca").none(),
           nb::arg("report"))
      .def("run", &LocalRun::run, "Counts and seconds. Once.")
      .def("stop", &LocalRun::stop, "From another thread: run() raises when the parts that are begun are finished.");
}

}  // namespace coulis::bindings
