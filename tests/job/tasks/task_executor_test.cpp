// A whole run by orders and results, in one process. Other processes, and what becomes of them: tests/clusters and tests/spark.
#include "job/tasks/task_executor.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "job/tasks/results.hpp"
#include "job/tasks/task_worker.hpp"
#include "tests/job/run/photo_folder.hpp"
#include "tests/job/thrown_error.hpp"

namespace coulis {
namespace {

void work_on(const TaskStage& stage, const TakeResult& take) {
  TaskWorker worker(stage.shared, std::nullopt, 2);
  std::vector<std::string> results;
  for (std::size_t i = 0; i < stage.orders; ++i) results.push_back(worker.work(stage.next_order().bytes, {}));
  for (auto result = results.rbegin(); result != results.rend(); ++result) take(*result);  // they may come in any order
}

// The report's data, without the times of the last run.
std::string data_of_report(const std::string& output) {
  std::ifstream file(output + "/report.html");
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  const std::size_t begin = page.find(R"(id="data")");
  return page.substr(begin, page.find("</script>", begin) - begin);
}

TEST(TaskExecutor, OrdersOfATaskAreThePartsOfOneNode) {
  std::vector<PartFile> files;
  for (const std::uint64_t number : {0, 1, 5, 7, 8, 20, 21}) files.push_back({number, "", ""});
  const auto sizes = [&](std::uint64_t count) {
    std::vector<std::size_t> sizes_of_groups;
    for (const auto& group : group_neighbours(files, count)) sizes_of_groups.push_back(group.size());
    return sizes_of_groups;
  };
  EXPECT_EQ(sizes(8), (std::vector<std::size_t>{4, 1, 2}));
  EXPECT_EQ(sizes(1), std::vector<std::size_t>(7, 1));
  EXPECT_EQ(sizes(32), (std::vector<std::size_t>{7}));
}

TEST(TaskExecutor, MakesTheFilesOfARunOnThreads) {
  PhotoFolder photos(8);
  photos.write("A/bad.jpg", "x");
  const Manifest on_threads = photos.run_all().manifest;
  photos.options.output = photos.folder.path_of("by_tasks");
  std::vector<std::string> stages;
  TaskExecutor executor(photos.options, [&](const TaskStage& stage, const TakeResult& take) {
    stages.push_back(std::string(to_string(stage.kind)) + " " + std::to_string(stage.orders) + " " + std::to_string(stage.parts));
    work_on(stage, take);
  });
  const Summary summary = run(photos.options, std::nullopt, photos.interrupted, photos.progress, executor);
  EXPECT_EQ(stages, (std::vector<std::string>{"features 3 3", "moments 1 3", "projection 1 3"}));
  const Manifest& by_tasks = summary.manifest;
  EXPECT_EQ(by_tasks.failed_by_code, on_threads.failed_by_code);
  EXPECT_EQ(by_tasks.parts.count, 3U);
  EXPECT_EQ(by_tasks.parts.file.sha256, on_threads.parts.file.sha256);  // it has the sums of all files of the parts
  const std::string data = data_of_report(photos.options.output);
  EXPECT_GT(data.size(), 1000U);
  EXPECT_EQ(data, data_of_report(photos.folder.path_of("output")));
  rewrite_report(Location(photos.options.output), {}, photos.progress);  // from the files, instead of the rows in memory
  EXPECT_EQ(data, data_of_report(photos.options.output));
  const bool has_overhead =
      std::any_of(by_tasks.seconds.begin(), by_tasks.seconds.end(), [](const auto& stage) { return stage.first == kTaskOverhead; });
  EXPECT_TRUE(has_overhead);
}

TEST(TaskExecutor, ThrowsTheErrorOfATask) {
  PhotoFolder photos(4);
  TaskExecutor executor(photos.options, [&](const TaskStage& stage, const TakeResult& take) {
    std::filesystem::rename(photos.options.input, photos.options.input + "-gone");
    work_on(stage, take);
  });
  const Error error = thrown_error([&] { run(photos.options, std::nullopt, photos.interrupted, photos.progress, executor); });
  EXPECT_EQ(error.code(), ErrorCode::kStorage);
  EXPECT_NE(std::string(error.what()).find("does not exist on this worker"), std::string::npos) << error.what();
  EXPECT_EQ(error.remedy(), "use a folder that all machines share, or a bucket");
}

}  // namespace
}  // namespace coulis
