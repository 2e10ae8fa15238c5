// The stages of a run on many workers, in virtual time. Reads the workers, the stages and their costs as JSON on stdin, and prints
// how long each stage takes and how long the workers work in it. benchmarks/scaling.py gives it costs that were measured.
#include <algorithm>
#include <cstddef>
#include <exception>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <queue>
#include <string>
#include <vector>

#include "tests/job/features/part_queue_simulation.hpp"

namespace coulis {
namespace {

using json = nlohmann::ordered_json;

// The threads of one process take photos from a PartQueue.
Worked simulate_queue(const json& stage, int workers) {
  const auto images_per_part = stage.at("images_per_part").get<int>();
  const double scale = stage.at("image_ms").get<double>() / kUnevenMean_ms;
  const Workload workload{images_per_part, stage.at("commit_ms").get<double>(),
                          [scale](std::mt19937& random) { return scale * uneven_ms(random); }};
  std::vector<Part> parts;
  const ImageList images = std::vector<ImageRef>(static_cast<std::size_t>(images_per_part));  // the same for all parts
  for (auto left = stage.at("images").get<std::size_t>(); left > 0;) {
    const std::size_t size = std::min(left, images.size());
    parts.emplace_back().images = images.slice(0, size);
    left -= size;
  }
  return simulate_parts(workload, workers, parts);
}

// The driver alone takes a worker's result and gives it the next task. Tasks take as long as their photos together.
Worked simulate_tasks(const json& stage, int workers) {
  const auto tasks = stage.at("tasks").get<std::size_t>();
  const auto images_per_task = stage.at("images_per_task").get<std::size_t>();
  const double scale = stage.at("image_ms").get<double>() / kUnevenMean_ms;
  const double task_ms = stage.at("task_ms").get<double>();  // besides its photos
  const double driver_ms = stage.at("driver_ms").get<double>();
  std::mt19937 random(1);
  std::priority_queue<double, std::vector<double>, std::greater<>> free_at_ms;  // of the workers
  for (int worker = 0; worker < workers; ++worker) free_at_ms.push(0);
  double driver_free_at_ms = 0;
  double busy_ms = 0;
  for (std::size_t task = 0; task < tasks; ++task) {
    driver_free_at_ms = std::max(driver_free_at_ms, free_at_ms.top()) + driver_ms;
    free_at_ms.pop();
    double work_ms = task_ms;
    for (std::size_t image = 0; image < images_per_task; ++image) work_ms += scale * uneven_ms(random);
    busy_ms += work_ms;
    free_at_ms.push(driver_free_at_ms + work_ms);
  }
  double last_ms = driver_free_at_ms;
  for (; !free_at_ms.empty(); free_at_ms.pop()) last_ms = std::max(last_ms, free_at_ms.top());
  return {last_ms + driver_ms, busy_ms};
}

Worked simulate(const json& stage, int workers) {
  if (stage.contains("alone_s")) return {1000 * stage["alone_s"].get<double>(), 0};  // the driver, or one thread
  return stage.contains("tasks") ? simulate_tasks(stage, workers) : simulate_queue(stage, workers);
}

}  // namespace
}  // namespace coulis

int main() {
  try {
    const auto run = coulis::json::parse(std::cin);
    const auto workers = run.at("workers").get<int>();
    auto stages = coulis::json::array();
    for (const auto& stage : run.at("stages")) {
      const coulis::Worked worked = coulis::simulate(stage, workers);
      stages.push_back({{"name", stage.at("name")}, {"wall_s", worked.wall_ms / 1000}, {"busy_s", worked.busy_ms / 1000}});
    }
    std::cout << stages.dump() << '\n';
    return 0;
  } catch (const std::exception& e) {
    std::cerr << e.what() << '\n';
    return 1;
  }
}
