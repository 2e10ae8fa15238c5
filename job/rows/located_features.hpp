// Photos of a folder or a bucket -> feature rows in memory, without an OUTPUT: `coulis featurize` and featurize() of Python.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/network/network.hpp"
#include "job/features/feature_rows.hpp"
#include "job/features/read_ahead.hpp"
#include "job/listing/listing.hpp"
#include "job/options/options.hpp"
#include "job/storage/location.hpp"

namespace coulis {

struct LoadedModel {
  Model model;
  std::shared_ptr<const NetworkFactory> networks;
};
LoadedModel load_network(const NetworkOptions& options);

struct LocatedImages {
  Location place;
  std::vector<ImageRef> images;
  ReadAhead::Sizes sizes = ReadAhead::Sizes::kListed;
  std::vector<std::string> notes{};  // sentences on what a list names

  std::vector<std::string> paths() const;  // printable
};

// All photos below options.input. Throws Error(kNothingToRead) if there is none, Error(kInterrupted) soon after the flag is set.
LocatedImages list_input(const RunOptions& options, const std::atomic<bool>& interrupted);

// Photos by name: files, or addresses in one bucket. Throws Error(kUsage) for more places than one.
LocatedImages locate_names(const std::vector<std::string>& names, const RunOptions& options);

// As compute_feature_rows().
std::uint64_t compute_located_rows(LocatedImages located, const LoadedModel& model, const RunOptions& options,
                                   const std::atomic<bool>& interrupted, const TakeRows& take);

}  // namespace coulis
