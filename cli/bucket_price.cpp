#include "cli/bucket_price.hpp"

#include <set>
#include <string>

#include "core/network/model.hpp"

namespace coulis {
namespace {

constexpr std::uint64_t kWindow = 8 << 20;           // bytes of a container per GET
constexpr std::uint64_t kReadTwice = 64 << 20;       // a tar above this size: see docs/collections.md
constexpr std::uint64_t kKeysPerPage = 1000;         // of a LIST
constexpr std::uint64_t kFilesPerPart = 3;           // features, pca, thumbnails
constexpr std::uint64_t kFilesPerRun = 10;           // tables, manifest, report, lock
constexpr std::uint64_t kCsvBytesPerComponent = 11;  // "-0.73921746,"
constexpr std::uint64_t kBytesPerPath = 100;

std::uint64_t pages(std::uint64_t items, std::uint64_t size) {
  return (items + size - 1) / size;
}

std::uint64_t gets_of(const Entry& container) {
  const bool has_directory = container.key.ends_with(".zip") || container.key.ends_with(".parquet");
  return pages(container.size_bytes, kWindow) * (!has_directory && container.size_bytes > kReadTwice ? 2 : 1);
}

struct Gets {
  std::uint64_t now = 0;
  std::uint64_t packed = 0;
};

Gets count_gets(const Plan& plan) {
  std::set<const Entry*> containers;
  Gets gets;
  std::uint64_t loose = 0;
  std::uint64_t loose_bytes = 0;
  for (const Part& part : plan.parts) {
    if (part.done) continue;
    part.images.for_each([&](const ImageRef& image) {
      if (const Entry* container = image.place.container.get()) {
        if (containers.insert(container).second) gets.now += gets_of(*container);
      } else {
        ++loose;
        loose_bytes += image.size_bytes;
      }
    });
  }
  gets.packed = gets.now + pages(loose_bytes, kWindow);
  gets.now += loose;
  return gets;
}

// For `photos`, of which `to_do` are still to compute.
BucketUse use_of(std::uint64_t photos, std::uint64_t to_do, const Gets& gets, const Preview& preview, const RunOptions& options) {
  BucketUse use;
  if (!preview.input.traits().local) {
    use.gets = gets.now;
    use.packed_gets = gets.packed;
    use.lists = pages(photos, kKeysPerPage);
  }
  if (Location(options.output, options.storage).traits().local) return use;
  const auto width = static_cast<std::uint64_t>(preview.model.card.feature_width);
  const auto k = static_cast<std::uint64_t>(options.pca.k);
  const auto per_part = static_cast<std::uint64_t>(options.features.images_per_part);
  use.puts = pages(to_do, per_part) * kFilesPerPart + kFilesPerRun;
  use.lists += kFilesPerRun + pages(pages(photos, per_part) * kFilesPerPart, kKeysPerPage);
  use.result_bytes = photos * (width * sizeof(float) + k * (sizeof(float) + kCsvBytesPerComponent) + kBytesPerPath);
  return use;
}

}  // namespace

double BucketUse::gets_usd() const {
  return static_cast<double>(gets) / 1e6 * COULIS_MILLION_GETS_USD;
}
double BucketUse::lists_usd() const {
  return static_cast<double>(lists) / 1e6 * COULIS_MILLION_LISTS_USD;
}
double BucketUse::puts_usd() const {
  return static_cast<double>(puts) / 1e6 * COULIS_MILLION_PUTS_USD;
}
double BucketUse::month_usd() const {
  return static_cast<double>(result_bytes) / 1e9 * COULIS_GB_MONTH_USD;
}
double BucketUse::packed_gets_usd() const {
  return static_cast<double>(packed_gets) / 1e6 * COULIS_MILLION_GETS_USD;
}

BucketUse estimate_use(const Preview& preview, const RunOptions& options) {
  return use_of(preview.plan.images(), preview.plan.images_to_do(), count_gets(preview.plan), preview, options);
}

BucketUse estimate_use_of_a_million(const Preview& preview, const RunOptions& options) {
  constexpr std::uint64_t kMillion = 1'000'000;
  const std::uint64_t to_do = preview.plan.images_to_do();
  if (to_do == 0) return {};
  const Gets gets = count_gets(preview.plan);
  return use_of(kMillion, kMillion, {gets.now * kMillion / to_do, gets.packed * kMillion / to_do}, preview, options);
}

}  // namespace coulis
