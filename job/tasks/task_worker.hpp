// TaskWorker: the work of a task. Takes orders and returns results, both as bytes. An error is a result too.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "job/tasks/orders.hpp"
#include "job/tasks/part_featurizer.hpp"
#include "job/tasks/results.hpp"

namespace coulis {

// For the orders of one stage, one after another. Loads the model once. Not thread-safe.
class TaskWorker {
 public:
  // stage_order: bytes. maybe_model: the path of the model file on this machine, if it differs from the order's.
  TaskWorker(std::string stage_order, std::optional<std::string> maybe_model, int threads);

  std::string work(std::string_view order, const std::vector<GivenUpImage>& given_up);

  std::string prepare(std::string_view order);  // loads the model before features are computed. Empty, or an error

  // Computes the images of a part from `first` on, one by one,
  // without a commit; calls `tried` after each. Empty, or an error.
  std::string try_images(std::string_view order, std::size_t first, const std::vector<GivenUpImage>& given_up,
                         const std::function<void()>& tried);

 private:
  using Step = std::function<std::string(const StageOrder& stage, std::uint64_t& part)>;  // part: set to the part at work
  std::string guarded(std::string_view order, const Step& step);
  PartFeaturizer& featurizer(const StageOrder& stage);
  std::string featurize(const FeaturesOrder& order, const StageOrder& stage, const std::vector<GivenUpImage>& given_up, double begin_s);

  std::string stage_order_;
  std::optional<std::string> maybe_model_;
  int threads_;
  std::unique_ptr<PartFeaturizer> featurizer_;  // made at first use; dropped after an error, which may be fixed before the next order
};

}  // namespace coulis
