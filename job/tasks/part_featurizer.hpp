// PartFeaturizer: computes and commits parts of a run, one after another, as an order says.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/network/network.hpp"
#include "job/features/featurize.hpp"
#include "job/listing/listing.hpp"
#include "job/tasks/orders.hpp"

namespace coulis {

struct GivenUpImage {
  std::size_t index = 0;  // in its part
  std::string message;    // why it is skipped
};

// The input or the output of an order. Throws Error(kStorage) if this machine does not have the folder.
Location open_here(const std::string& uri, const StorageOptions& storage);

// The model is loaded once. Not thread-safe.
class PartFeaturizer {
 public:
  // Throws Error(kRunFailed) if this machine would compute with other settings than the order's.
  explicit PartFeaturizer(const StageOrder& order);

  StageSeconds featurize(const Part& part, const std::vector<GivenUpImage>& given_up);  // computes and commits it
  void try_images(const Part& part, std::size_t first, const std::vector<GivenUpImage>& given_up, const std::function<void()>& tried);

 private:
  FeaturizeContext context_of(const Part& part, const std::vector<GivenUpImage>& given_up) const;

  const std::atomic<bool> interrupted_ = false;
  RunOptions options_;
  std::string settings_;
  Location input_;
  Location output_;
  Model model_;
  std::shared_ptr<const NetworkFactory> networks_;
  LabelRule labels_;
};

}  // namespace coulis
