// Lists and plans a number of keys that no disk holds.
// usage: plan_many_keys COUNT SCENARIO; prints one JSON object. SCENARIO says what OUTPUT holds:
//   empty     nothing, and the keys come in no order
//   same      all of them, from one run
//   added     all of them, from a run and an increment of one in a hundred, spread over all
//   changed   the same, and one in a hundred has changed since
//   settings  the same, made with other settings
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "job/listing/listing.hpp"
#include "job/output/image_text.hpp"
#include "job/plan/fingerprint.hpp"
#include "job/plan/plan.hpp"
#include "tests/soak/cpu_seconds.hpp"

namespace coulis {
namespace {

constexpr std::uint64_t kStride = 1'000'003;  // a prime: number * kStride modulo the count visits every number, in no order
constexpr std::uint64_t kEach = 100;          // one in so many is added, or changed

// Keys in the order of their numbers, as long as those of a camera's archive, in a bucket.
ImageRef image_of(std::uint64_t number, std::uint64_t version = 0) {
  return {fmt::format("archive/{:06}/camera-{:02}/DSC_{:09}.jpg", number / 1000, number / 500 % 2, number), 1'000'000 + number % 977,
          1'700'000'000'000'000'000 + static_cast<std::int64_t>(number),
          fmt::format("{:016x}{:016x}", number * 0x9E3779B97F4A7C15U, number + version)};
}

Listing list_keys(std::uint64_t count, std::string_view scenario) {
  return list_images(
      [&](const std::function<void(Entry)>& visit) {
        for (std::uint64_t i = 0; i < count; ++i) {
          const std::uint64_t number = scenario == "empty" ? i * kStride % count : i;
          visit(image_of(number, scenario == "changed" && number % kEach == 1 ? 1 : 0));
        }
      },
      {});
}

// The members of a part, which are numbers: of the first run all that are no multiple of kEach, and the multiples in the parts behind it.
class Members {
 public:
  Members(std::uint64_t count, bool one_run, const PlanOptions& options)
      : added_(one_run ? 0 : (count + kEach - 1) / kEach),
        first_(count - added_),
        size_(static_cast<std::uint64_t>(options.images_per_part)) {}

  std::uint64_t parts() const { return parts_of(first_) + parts_of(added_); }

  std::vector<ImageRef> of(std::uint64_t part) const {
    const bool first_run = part < parts_of(first_);
    const std::uint64_t begin = (first_run ? part : part - parts_of(first_)) * size_;
    std::vector<ImageRef> images;
    for (std::uint64_t i = begin; i < std::min(begin + size_, first_run ? first_ : added_); ++i) {
      images.push_back(image_of(!first_run ? i * kEach : added_ == 0 ? i : i + i / (kEach - 1) + 1));
    }
    return images;
  }

 private:
  std::uint64_t parts_of(std::uint64_t images) const { return (images + size_ - 1) / size_; }

  std::uint64_t added_;
  std::uint64_t first_;
  std::uint64_t size_;
};

double peak_memory_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

void measure(std::uint64_t count, std::string_view scenario) {
  PlanOptions options{"settings"};
  const PlanOptions earlier{scenario == "settings" ? "other settings" : "settings"};
  const Members members(count, scenario == "same", earlier);
  std::vector<PartFile> committed;
  for (std::uint64_t part = 0; scenario != "empty" && part < members.parts(); ++part) {
    const std::string fingerprint = fingerprint_of(earlier.settings, members.of(part));
    committed.push_back({part, fingerprint, "features/" + part_file_name(part, fingerprint, earlier.compression)});
  }
  // As a run does: the text of the record of each part is parsed.
  const auto read_record = [&](const PartFile& file) {
    const std::string text = images_to_text(members.of(file.number));
    const double before = cpu_seconds();
    PartRecord record{earlier.settings, parse_images(text, file.key), {}};
    return std::pair(std::move(record), cpu_seconds() - before);
  };
  const double begin = cpu_seconds();
  const Listing listing = list_keys(count, scenario);
  const double listed = cpu_seconds();
  double read_seconds = 0;  // of which the parsing is the plan's, and the rest is this program's
  double parse_seconds = 0;
  const auto read = [&](const PartFile& file) {
    const double before = cpu_seconds();
    auto [record, parsing] = read_record(file);
    parse_seconds += parsing;
    read_seconds += cpu_seconds() - before;
    return std::move(record);
  };
  const double hash_begin = cpu_seconds();
  const std::string hash = hash_of(listing.images, 1);
  const double hash_seconds = cpu_seconds() - hash_begin;
  const double plan_begin = cpu_seconds();
  const Plan plan = make_plan(listing.images, committed, read, options);
  const double plan_seconds = cpu_seconds() - plan_begin - read_seconds + parse_seconds;
  const auto us = [&](double seconds) { return seconds * 1e6 / static_cast<double>(count); };
  fmt::print(
      R"({{"scenario": "{}", "images": {}, "planned": {}, "parts": {}, "to_do": {}, "images_to_do": {}, "hash": "{}", "list_us": {:.2f}, "hash_us": {:.2f}, "plan_us": {:.2f}, "records_us": {:.2f}, "peak_memory_mb": {:.0f}}})"
      "\n",
      scenario, listing.images.size(), plan.images(), plan.parts.size(), plan.parts_to_do(), plan.images_to_do(), hash, us(listed - begin),
      us(hash_seconds), us(plan_seconds), us(parse_seconds), peak_memory_mb());
}

}  // namespace
}  // namespace coulis

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  coulis::measure(std::strtoull(argv[1], nullptr, 10), argv[2]);
  return 0;
}
