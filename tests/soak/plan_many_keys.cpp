// Lists and plans a number of keys that no disk holds: on nothing, and on an output that has them all but the last few thousand.
// usage: plan_many_keys COUNT; prints one JSON object.
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "job/listing/listing.hpp"
#include "job/plan/plan.hpp"

namespace coulis {
namespace {

constexpr std::uint64_t kAdded = 5'000;
constexpr std::uint64_t kStride = 1'000'003;  // a prime: number * kStride modulo the count visits every number, in no order

// Keys in the order of their numbers, as long as those of a camera's archive.
ImageRef image_of(std::uint64_t number) {
  return {fmt::format("archive/{:05}/camera-{:02}/DSC_{:08}.jpg", number / 1000, number / 500 % 2, number), 1'000'000 + number % 977,
          1'700'000'000'000'000'000 + static_cast<std::int64_t>(number)};
}

Listing list_keys(std::uint64_t count) {
  return list_images(
      [&](const std::function<void(Entry)>& visit) {
        for (std::uint64_t i = 0; i < count; ++i) {
          ImageRef image = image_of(i * kStride % count);
          visit({std::move(image.key), image.size_bytes, image.mtime_ns});
        }
      },
      {});
}

PartRecord record_of(std::uint64_t part, std::uint64_t count, const PlanOptions& options) {
  PartRecord record{options.settings, {}, {}};
  const auto size = static_cast<std::uint64_t>(options.images_per_part);
  for (std::uint64_t i = part * size; i < std::min((part + 1) * size, count); ++i) record.images.push_back(image_of(i));
  return record;
}

std::vector<PartFile> files_of(std::uint64_t count, const PlanOptions& options) {
  std::vector<PartFile> files;
  for (std::uint64_t part = 0; part * static_cast<std::uint64_t>(options.images_per_part) < count; ++part) {
    const std::string fingerprint = fingerprint_of(options.settings, record_of(part, count, options).images);
    files.push_back({part, fingerprint, "features/" + part_file_name(part, fingerprint, options.compression)});
  }
  return files;
}

class Clock {
 public:
  double lap() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - std::exchange(last_, std::chrono::steady_clock::now())).count();
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

double peak_memory_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

void measure(std::uint64_t count) {
  const PlanOptions options{"settings"};
  Clock clock;
  const Listing listing = list_keys(count);
  const double list_s = clock.lap();
  std::size_t first_parts = 0;
  {
    const Plan plan = make_plan(listing.images, {}, {}, options);
    first_parts = plan.parts_to_do();
  }
  const double first_s = clock.lap();
  const std::vector<PartFile> committed = files_of(count - kAdded, options);
  clock.lap();
  const auto read_record = [&](const PartFile& file) { return record_of(file.number, count - kAdded, options); };
  const Plan plan = make_plan(listing.images, committed, read_record, options);
  const double second_s = clock.lap();
  fmt::print(
      R"({{"images": {}, "list_s": {:.2f}, "first_plan_s": {:.2f}, "first_parts": {}, "second_plan_s": {:.2f}, "second_images": {}, "second_parts": {}, "second_to_do": {}, "peak_memory_mb": {:.0f}}})",
      listing.images.size(), list_s, first_s, first_parts, second_s, plan.images(), plan.parts.size(), plan.parts_to_do(),
      peak_memory_mb());
}

}  // namespace
}  // namespace coulis

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  coulis::measure(std::strtoull(argv[1], nullptr, 10));
  return 0;
}
