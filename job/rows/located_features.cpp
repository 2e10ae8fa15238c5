#include "job/rows/located_features.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <utility>

#include "core/base/error.hpp"
#include "job/collections/open_collection.hpp"
#include "job/features/located_photos.hpp"
#include "job/storage/s3/access_point.hpp"
#include "job/threads/worker_count.hpp"

namespace coulis {
namespace {

constexpr std::uint64_t kGuessedBytes = 1 << 20;  // of an object of unknown size; bounds how many are prefetched

// "s3://bucket" (the ARN of an access point contains a '/'), or "/" for a file.
std::string_view place_of(std::string_view name) {
  const std::size_t scheme = scheme_length(name);
  if (scheme == 0) return "/";
  const std::string_view rest = name.substr(scheme);
  const std::string_view bucket = name.starts_with("s3://") ? s3::bucket_in(rest) : rest.substr(0, rest.find('/'));
  return name.substr(0, scheme + bucket.size());
}

std::string key_of(const std::string& name, std::string_view place) {
  if (place != "/") return name.substr(std::min(place.size() + 1, name.size()));
  const std::string path = name.starts_with('/') ? name : std::filesystem::current_path().string() + '/' + name;
  return path.substr(std::min(path.find_first_not_of('/'), path.size()));
}

}  // namespace

LoadedModel load_network(const NetworkOptions& options) {
  Model model = load_model(options.model);
  auto networks = make_network_factory(model, options.precision);
  return {std::move(model), std::move(networks)};
}

std::vector<std::string> LocatedImages::paths() const {
  std::vector<std::string> paths;
  paths.reserve(images.size());
  for (const ImageRef& image : images) paths.push_back(printable(place.path_of(image.key)));
  return paths;
}

LocatedImages list_input(const RunOptions& options, const std::atomic<bool>& interrupted) {
  Location place = open_collection(options.input, options.storage, options.collections);
  Listing listing = list_images(place, options.listing, nullptr, [&] {
    if (interrupted) throw Error(ErrorCode::kInterrupted, "interrupted");
  });
  if (listing.images.empty()) {
    throw Error(ErrorCode::kNothingToRead,
                fmt::format("no photos found in {} ({})", printable(place.root()), describe_in_a_line(listing.passed_over)),
                "to take files with any name, use include '*'");
  }
  return {std::move(place), listing.images.read(), ReadAhead::Sizes::kListed, std::move(listing.notes)};
}

LocatedImages locate_names(const std::vector<std::string>& names, const RunOptions& options) {
  const std::string place(names.empty() ? "/" : place_of(names.front()));
  std::vector<ImageRef> images;
  images.reserve(names.size());
  for (const std::string& name : names) {
    if (const std::string_view other = place_of(name); other != place) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("the photos of one call must all be files, or all be in one bucket, not in {} and {}", printable(place),
                              printable(other)),
                  "make one call for each bucket");
    }
    images.push_back({key_of(name, place), kGuessedBytes, 0});
  }
  return {open_collection(place, options.storage, options.collections), std::move(images), ReadAhead::Sizes::kGuessed};
}

std::uint64_t compute_located_rows(LocatedImages located, const LoadedModel& model, const RunOptions& options,
                                   const std::atomic<bool>& interrupted, const TakeRows& take) {
  const auto workers =
      static_cast<int>(std::min<std::size_t>(located.images.size(), static_cast<std::size_t>(worker_count(options.threads))));
  LocatedPhotos photos(located.place, std::move(located.images), located.sizes, workers, interrupted);
  return compute_feature_rows(photos, model.model.card, *model.networks, options.decode, workers, options.features.on_bad, interrupted,
                              take);
}

}  // namespace coulis
