#include "tests/job/features/part_queue_simulation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>

namespace coulis {
namespace {

struct NamedWorkload {
  const char* name;
  Workload workload;
};

double even_ms(std::mt19937& random) {
  return 3.0 + fraction(random);
}

// In int8, of 5 KB each; a commit takes as long as a hundred of them, because it adds up moments.
double fast_ms(std::mt19937& random) {
  return 0.9 / kUnevenMean_ms * uneven_ms(random);
}

constexpr std::size_t kImagesPerWorker = 6'000;  // half a minute: the end of a run, when some wait for the last image, is in the figure

std::vector<Part> make_parts(std::size_t images, int images_per_part) {
  std::vector<Part> parts;
  for (std::size_t left = images; left > 0;) {
    // Every seventh part is short, as those are that increments leave.
    const auto full = static_cast<std::size_t>(images_per_part);
    const std::size_t size = std::min(left, parts.size() % 7 == 6 ? std::max<std::size_t>(1, full / 10) : full);
    parts.emplace_back().images = std::vector<ImageRef>(size);
    left -= size;
  }
  return parts;
}

double busy_share(const Workload& workload, int workers) {
  const std::vector<Part> parts = make_parts(static_cast<std::size_t>(workers) * kImagesPerWorker, workload.images_per_part);
  const Worked worked = simulate_parts(workload, workers, parts);
  return worked.busy_ms / (worked.wall_ms * workers);
}

const std::vector<NamedWorkload> kWorkloads = {
    {"even photos, local disk", {1024, 50, even_ms}},        {"uneven photos, local disk", {1024, 50, uneven_ms}},
    {"uneven photos, slow storage", {1024, 400, uneven_ms}}, {"uneven photos, small parts", {100, 15, uneven_ms}},
    {"uneven photos, tiny parts", {10, 8, uneven_ms}},       {"uneven photos, fast network", {1024, 100, fast_ms}},
};

TEST(PartQueueSimulation, KeepsManyWorkersBusy) {
  for (const int workers : {8, 64, 192}) {
    for (const auto& [name, workload] : kWorkloads) {
      EXPECT_GE(busy_share(workload, workers), 0.95) << workers << " workers, " << name;
    }
  }
}

TEST(PartQueueSimulation, UnevenPhotosHaveTheMeanThatIsSaid) {
  std::mt19937 random(1);
  constexpr int kDraws = 1'000'000;
  double sum_ms = 0;
  for (int i = 0; i < kDraws; ++i) sum_ms += uneven_ms(random);
  EXPECT_NEAR(sum_ms / kDraws, kUnevenMean_ms, 0.06);  // 4 standard errors: the deviation of one photo is 14 ms
}

}  // namespace
}  // namespace coulis
