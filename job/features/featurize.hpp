// featurize: the parts to do, from photos to committed part files.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/base/failure.hpp"
#include "core/decode/decode.hpp"
#include "core/features/photo_network.hpp"
#include "core/network/network.hpp"
#include "job/features/options.hpp"
#include "job/listing/listing.hpp"
#include "job/plan/plan.hpp"
#include "job/storage/location.hpp"
#include "job/threads/progress.hpp"

namespace coulis {

struct StageSeconds {  // summed over the workers
  double read = 0;
  PhotoSeconds photo;
  double write = 0;
  int task_cores = 0;  // those that tasks of a cluster had at once; 0: the workers were threads of this process

  double sum() const { return read + photo.decode + photo.resample + photo.network + write; }
};

struct FeaturizeContext {
  const Location& input;
  const Location& output;
  const Model& model;
  const NetworkFactory& networks;
  const LabelRule& labels;
  const DecodeOptions& decode;
  const FeatureOptions& features;
  int threads;                                   // 0: one per CPU
  std::string settings;                          // written into every part file
  std::uint64_t listed;                          // what max_bad is a share of
  bool thumbnails;                               // of the photos of the sample, into OUTPUT
  const std::atomic<bool>& interrupted;          // set by a signal: the parts begun are finished, no new one begins
  std::map<std::string, Failure> given_up = {};  // by key: photos that are not touched, and why
};

// Throws Error(kTooManyBad) as the options ask, Error(kStorage) when a part cannot be written, Error(kInterrupted). Parts committed
// before that stay.
StageSeconds featurize(const Plan& plan, const FeaturizeContext& context, Progress& progress);

// The images of a part from `first` on, one after another, without reading ahead; nothing is kept. Calls `tried` after each: where the
// process dies of an image, another one knows of which.
void try_images(const Part& part, std::size_t first, const FeaturizeContext& context, const std::function<void()>& tried);

TableMetadata provenance_of(const Model& model, const std::string& settings);  // what every file of OUTPUT says of itself

}  // namespace coulis
