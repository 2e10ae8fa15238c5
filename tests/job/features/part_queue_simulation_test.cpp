// Many workers on the real PartQueue in virtual time: what the policy costs on machines larger than the one that tests it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <queue>
#include <random>
#include <utility>
#include <vector>

#include "job/features/part_queue.hpp"

namespace coulis {
namespace {

struct Workload {
  const char* name;
  int images_per_part;
  double commit_ms;                                      // one part: build, compress and write its file
  std::function<double(std::mt19937& random)> image_ms;  // one image: read, decode, resample, network
};

// [0, 1), the same everywhere: the standard's distributions are not.
double fraction(std::mt19937& random) {
  return static_cast<double>(random()) / 4294967296.0;
}

double even_ms(std::mt19937& random) {
  return 3.0 + fraction(random);
}

// Mostly small photos; one in a hundred takes 60 to 150 ms, one in two thousand 400 ms.
double uneven_ms(std::mt19937& random) {
  const double kind = fraction(random);
  if (kind < 0.0005) return 400;
  if (kind < 0.01) return 60 + 90 * fraction(random);
  return 3.0 + 2 * fraction(random);
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

// Discrete events: a worker's image is done, or its commit is.
class Simulation {
 public:
  Simulation(const Workload& workload, int workers, const std::vector<const Part*>& parts)
      : workload_(workload), workers_(workers), queue_(parts, 1, parts_in_flight(workers, workload.images_per_part)) {}

  // -> the share of the workers' time, until the last is done, in which they work.
  double run() {
    for (int worker = 0; worker < workers_; ++worker) ask(worker);
    while (!events_.empty()) {
      const Event event = events_.top();
      events_.pop();
      now_ms_ = event.at_ms;
      finish(event);
    }
    return busy_ms_ / (now_ms_ * workers_);
  }

 private:
  struct Event {
    double at_ms;
    int worker;
    std::shared_ptr<PartInFlight> image_of;                                                                               // null: a commit
    bool operator<(const Event& other) const { return std::pair(at_ms, worker) > std::pair(other.at_ms, other.worker); }  // earliest on top
  };

  void ask(int worker) {
    const Offer offer = queue_.offer();
    if (offer.wait) waiting_.push_back(worker);
    if (offer.maybe_task) work(worker, workload_.image_ms(random_), offer.maybe_task->part);
  }

  void work(int worker, double duration_ms, std::shared_ptr<PartInFlight> image_of) {
    busy_ms_ += duration_ms;
    events_.push({now_ms_ + duration_ms, worker, std::move(image_of)});
  }

  void finish(const Event& event) {
    if (event.image_of && event.image_of->remaining.fetch_sub(1) == 1) {
      work(event.worker, workload_.commit_ms, nullptr);
      return;
    }
    if (!event.image_of) {
      queue_.part_committed();
      for (const int worker : std::exchange(waiting_, {})) ask(worker);
    }
    ask(event.worker);
  }

  const Workload& workload_;
  int workers_;
  PartQueue queue_;
  std::mt19937 random_{1};
  std::priority_queue<Event> events_;
  std::vector<int> waiting_;
  double now_ms_ = 0;
  double busy_ms_ = 0;
};

double busy_share(const Workload& workload, int workers) {
  const std::vector<Part> parts = make_parts(static_cast<std::size_t>(workers) * kImagesPerWorker, workload.images_per_part);
  std::vector<const Part*> pointers;
  pointers.reserve(parts.size());
  for (const Part& part : parts) pointers.push_back(&part);
  return Simulation(workload, workers, pointers).run();
}

const std::vector<Workload> kWorkloads = {
    {"even photos, local disk", 1024, 50, even_ms},        {"uneven photos, local disk", 1024, 50, uneven_ms},
    {"uneven photos, slow storage", 1024, 400, uneven_ms}, {"uneven photos, small parts", 100, 15, uneven_ms},
    {"uneven photos, tiny parts", 10, 8, uneven_ms},
};

TEST(PartQueueSimulation, KeepsManyWorkersBusy) {
  for (const int workers : {8, 64, 192}) {
    for (const Workload& workload : kWorkloads) {
      EXPECT_GE(busy_share(workload, workers), 0.95) << workers << " workers, " << workload.name;
    }
  }
}

}  // namespace
}  // namespace coulis
