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
#include "job/tables/tables.hpp"
#include "job/threads/progress.hpp"

namespace coulis {

struct StageSeconds {  // summed over the workers
  double read = 0;
  PhotoSeconds photo;
  double write = 0;
  double committed = 0;  // in FeaturizeContext::on_commit
  int task_cores = 0;    // cores that a cluster's tasks used at once; 0: the workers were threads of this process

  double sum() const { return read + photo.decode + photo.resample + photo.network + write + committed; }
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
  std::uint64_t listed;                          // photos listed: max_bad is a share of them
  bool thumbnails;                               // write thumbnails of the sample's photos into OUTPUT
  const std::atomic<bool>& interrupted;          // set by a signal: finish the parts in progress and start no new one
  std::map<std::string, Failure> given_up = {};  // by key: photos not to read, and why

  // Called by the worker that has committed a part, with the part's table and its file. May be empty.
  std::function<void(const Part& part, const RowTable& table, const Bytes& file)> on_commit = {};
};

// Throws Error(kTooManyBad) as the options ask, Error(kStorage) when a part
// cannot be written, Error(kInterrupted). Parts committed before stay.
StageSeconds featurize(const Plan& plan, const FeaturizeContext& context, Progress& progress);

// Computes the images of a part from `first` on, one after another, without prefetching, and keeps
// nothing. Calls `tried` after each, so that another process knows which image killed this one.
void try_images(const Part& part, std::size_t first, const FeaturizeContext& context, const std::function<void()>& tried);

TableMetadata provenance_of(const Model& model, const std::string& settings);  // for the metadata of every file of OUTPUT

}  // namespace coulis
