#include "job/tasks/part_featurizer.hpp"

#include <fmt/format.h>

#include "core/base/error.hpp"
#include "core/base/printable.hpp"
#include "job/collections/open_collection.hpp"
#include "job/tasks/record.hpp"
#include "job/threads/progress.hpp"

namespace coulis {
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

RunOptions for_task(RunOptions options) {  // the driver decides how many bad photos are too many
  options.features.on_bad = OnBad::kSkip;
  options.features.max_bad = 1;
  return options;
}

}  // namespace

Location open_here(const std::string& uri, const StorageOptions& storage) {
  Location location(uri, storage);
  if (!location.traits().local || location.exists()) return location;
  throw Error(ErrorCode::kStorage, fmt::format("{} does not exist on this worker", printable(location.root())),
              "use a folder that all machines share, or a bucket");
}

PartFeaturizer::PartFeaturizer(const StageOrder& order)
    : options_(for_task(order.options)),
      settings_(order.settings),
      input_(as_collection(open_here(options_.input, options_.storage), options_.collections)),
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

StageSeconds PartFeaturizer::featurize(const Part& part, const std::vector<GivenUpImage>& given_up) {
  const Plan plan{{part}, {}};
  SilentProgress progress;
  return coulis::featurize(plan, context_of(part, given_up), progress);
}

void PartFeaturizer::try_images(const Part& part, std::size_t first, const std::vector<GivenUpImage>& given_up,
                                const std::function<void()>& tried) {
  coulis::try_images(part, first, context_of(part, given_up), tried);
}

FeaturizeContext PartFeaturizer::context_of(const Part& part, const std::vector<GivenUpImage>& given_up) const {
  FeaturizeContext context{input_,
                           output_,
                           model_,
                           *networks_,
                           labels_,
                           options_.decode,
                           options_.features,
                           options_.threads,
                           settings_,
                           part.images.size(),
                           !options_.report.no_thumbnails,
                           interrupted_};
  for (const auto& [index, message] : given_up) {
    context.given_up[part.images.at(index).key] = {Stage::kDecode, FailureCode::kWorkerDied, message};
  }
  return context;
}

}  // namespace coulis
