#include "tests/job/features/part_queue_simulation.hpp"

#include <memory>
#include <queue>
#include <utility>

#include "job/features/part_queue.hpp"

namespace coulis {
namespace {

// Discrete events: a worker's image is done, or its commit is.
class Simulation {
 public:
  Simulation(const Workload& workload, int workers, const std::vector<const Part*>& parts)
      : workload_(workload), workers_(workers), queue_(parts, 1, parts_in_flight(workers, workload.images_per_part)) {}

  Worked run() {
    for (int worker = 0; worker < workers_; ++worker) ask(worker);
    while (!events_.empty()) {
      const Event event = events_.top();
      events_.pop();
      now_ms_ = event.at_ms;
      finish(event);
    }
    return {now_ms_, busy_ms_};
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

}  // namespace

double fraction(std::mt19937& random) {
  return static_cast<double>(random()) / 4294967296.0;
}

double uneven_ms(std::mt19937& random) {
  const double kind = fraction(random);
  if (kind < 0.0005) return 400;
  if (kind < 0.01) return 60 + 90 * fraction(random);
  return 3.0 + 2 * fraction(random);
}

Worked simulate_parts(const Workload& workload, int workers, const std::vector<Part>& parts) {
  std::vector<const Part*> pointers;
  pointers.reserve(parts.size());
  for (const Part& part : parts) pointers.push_back(&part);
  return Simulation(workload, workers, pointers).run();
}

}  // namespace coulis
