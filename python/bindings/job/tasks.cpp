// _job.PartFeaturizer, _job.read_part, _job.project_part: what a task does with one part. run.cpp reads what they return.
#include <fmt/format.h>
#include <nanobind/nanobind.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
#include "core/moments/moments_bytes.hpp"
#include "core/network/network.hpp"
#include "core/pca/model_file.hpp"
#include "job/features/featurize.hpp"
#include "job/reduce/committed.hpp"
#include "job/reduce/reduce.hpp"
#include "job/run/publish.hpp"
#include "python/bindings/job/keywords.hpp"
#include "python/bindings/job/registers.hpp"
#include "python/bindings/text.hpp"

namespace nb = nanobind;

namespace coulis::bindings {
namespace {

class SilentProgress final : public Progress {  // the driver counts parts
 public:
  void begin(std::string_view /*stage*/, std::uint64_t /*total*/) override {}
  void advance(std::uint64_t /*done*/, std::uint64_t /*failed*/) override {}
  void end() override {}
  void say(const std::string& /*sentence*/) override {}
  void detail(const std::string& /*sentence*/) override {}
  void warn(const std::string& /*sentence*/) override {}
};

Location open_here(const std::string& uri, const StorageOptions& storage) {
  Location location(uri, storage);
  if (!location.traits().local || location.exists()) return location;
  throw Error(ErrorCode::kStorage, fmt::format("{} does not exist on this worker", printable(location.root())),
              "use a folder that all machines share, or a bucket");
}

RunOptions for_task(RunOptions options) {  // how many bad photos are too many is for the driver to say
  options.features.on_bad = OnBad::kSkip;
  options.features.max_bad = 1;
  return options;
}

using GivenUp = std::vector<std::pair<std::size_t, std::string>>;  // images of a part by index, and why they are not touched

// The model is loaded once. Not thread-safe.
class PartFeaturizer {
 public:
  PartFeaturizer(const nb::dict& keywords, std::string settings)
      : options_(for_task(read_keywords(keywords))),
        settings_(std::move(settings)),
        input_(open_here(options_.input, options_.storage)),
        output_(open_here(options_.output, options_.storage)),
        model_(load_model(options_.network.model)),
        networks_(make_network_factory(model_, options_.network.precision)),
        labels_(options_.listing) {
    const std::string here = settings_of(options_, input_, model_.card);
    if (here != settings_) {
      throw Error(ErrorCode::kRunFailed, fmt::format("this worker would compute with\n{}instead of\n{}", here, settings_),
                  "install the same version of coulis, and the same model, on all machines");
    }
  }

  // Computes and commits a part; seconds of reading, decoding, resampling, network and writing.
  nb::tuple featurize(std::uint64_t number, const std::string& fingerprint, const std::string& images, const GivenUp& given_up) {
    StageSeconds seconds;
    {
      const nb::gil_scoped_release released;
      const Plan plan{{part_of(number, fingerprint, images)}, {}};
      SilentProgress progress;
      seconds = coulis::featurize(plan, context_of(plan.parts[0], given_up), progress);
    }
    return nb::make_tuple(seconds.read, seconds.photo.decode, seconds.photo.resample, seconds.photo.network, seconds.write);
  }

  // Those from `first` on. `tried` is called after each.
  void try_images(std::uint64_t number, const std::string& images, std::size_t first, const GivenUp& given_up, const nb::callable& tried) {
    const nb::gil_scoped_release released;
    const Part part = part_of(number, "", images);
    coulis::try_images(part, first, context_of(part, given_up), [&] {
      const nb::gil_scoped_acquire locked;
      tried();
    });
  }

 private:
  Part part_of(std::uint64_t number, const std::string& fingerprint, const std::string& images) const {
    PartRecord record = parse_part_record({{"coulis.settings", settings_}, {"coulis.images", images}, {"coulis.failures", "[]"}},
                                          fmt::format("part {}", number));
    return {number, std::move(record.images), fingerprint, false, ""};
  }

  FeaturizeContext context_of(const Part& part, const GivenUp& given_up) const {
    FeaturizeContext context{input_,          output_,           model_,           *networks_, labels_,
                             options_.decode, options_.features, options_.threads, settings_,  part.images.size(),
                             false,           interrupted_};
    for (const auto& [index, message] : given_up) {
      context.given_up[part.images.at(index).key] = {Stage::kDecode, FailureCode::kWorkerDied, message};
    }
    return context;
  }

  const std::atomic<bool> interrupted_ = false;
  RunOptions options_;
  std::string settings_;
  Location input_;
  Location output_;
  Model model_;
  std::shared_ptr<const NetworkFactory> networks_;
  LabelRule labels_;
};

nb::tuple to_tuple(const ManifestFile& file) {
  return nb::make_tuple(file.key, file.size_bytes, file.sha256);
}

nb::tuple read_part(const nb::dict& keywords, std::uint64_t number, const std::string& fingerprint, const std::string& key) {
  const RunOptions options = read_keywords(keywords);
  CommittedPart part;
  Bytes moments;
  {
    const nb::gil_scoped_release released;
    part = read_committed_part(Location(options.input), open_here(options.output, options.storage), {number, fingerprint, key});
    moments = to_bytes(part.moments);
  }
  nb::list errors;
  for (const ErrorRow& error : part.errors) {
    errors.append(nb::make_tuple(to_text(error.path), error.stage, error.code, to_text(error.message), error.size_bytes));
  }
  const ManifestPart& entry = part.entry;
  return nb::make_tuple(nb::make_tuple(entry.listed, entry.ok, entry.failed, to_tuple(entry.features), errors),
                        nb::bytes(moments.data(), moments.size()));
}

nb::tuple project_one_part(const nb::dict& keywords, std::uint64_t number, const std::string& fingerprint, const std::string& key,
                           const std::string& model_sha256, const std::string& compression) {
  const RunOptions options = read_keywords(keywords);
  ManifestFile file;
  {
    const nb::gil_scoped_release released;
    const Location output = open_here(options.output, options.storage);
    const Bytes model = output.get_or_throw(kPcaModelKey);
    if (sha256_of(model) != model_sha256) throw Error(ErrorCode::kRunFailed, "the PCA model is not the one that the driver has written");
    ManifestPart part;
    part.number = number;
    part.fingerprint = fingerprint;
    part.features.key = key;
    file = project_part(output, part, parse_pca_file(model, kPcaModelKey).model, model_sha256, parse_enum<Compression>(compression));
  }
  return to_tuple(file);
}

}  // namespace

void register_tasks(nb::module_& m) {
  nb::class_<PartFeaturizer>(m, "PartFeaturizer", "Parts to committed part files, one after another.")
      .def(nb::init<const nb::dict&, std::string>(), nb::arg("keywords"), nb::arg("settings"))
      .def("featurize", &PartFeaturizer::featurize, nb::arg("number"), nb::arg("fingerprint"), nb::arg("images"),
           nb::arg("given_up") = GivenUp())
      .def("try_images", &PartFeaturizer::try_images, nb::arg("number"), nb::arg("images"), nb::arg("first"), nb::arg("given_up"),
           nb::arg("tried"), "The images of a part one by one, without committing anything; calls tried() after each.");
  m.def("read_part", read_part, nb::arg("keywords"), nb::arg("number"), nb::arg("fingerprint"), nb::arg("key"),
        "A committed part: ((listed, ok, failed, file, errors), moments as bytes).");
  m.def("project_part", project_one_part, nb::arg("keywords"), nb::arg("number"), nb::arg("fingerprint"), nb::arg("key"),
        nb::arg("model_sha256"), nb::arg("compression"), "Writes the PCA part of a part: (key, size, sha256).");
}

}  // namespace coulis::bindings
