// PhotoFolder: an input with real photos of examples/fruits and an output beside it; RecordedProgress: what a run says.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "job/run/run.hpp"
#include "job/threads/progress.hpp"
#include "tests/job/temporary_folder.hpp"

namespace coulis {

class RecordedProgress : public Progress {
 public:
  void begin(std::string_view stage, std::uint64_t total) override {
    const std::lock_guard lock(mutex_);
    stages.emplace_back(stage);
    totals[std::string(stage)] = total;
  }
  void advance(std::uint64_t done_now, std::uint64_t failed_now) override {
    const std::lock_guard lock(mutex_);
    done[stages.back()] += done_now;
    failed += failed_now;
  }
  void end() override {}
  void say(const std::string&) override {}
  void detail(const std::string&) override {}
  void warn(const std::string& sentence) override { warnings.push_back(sentence); }

  std::vector<std::string> stages;
  std::map<std::string, std::uint64_t> totals;
  std::map<std::string, std::uint64_t> done;
  std::uint64_t failed = 0;
  std::vector<std::string> warnings;

 private:
  std::mutex mutex_;
};

class PhotoFolder {
 public:
  // `count` photos, evenly from all kinds of fruit, in folders of the kind's name.
  explicit PhotoFolder(std::size_t count) {
    std::vector<std::filesystem::path> photos;
    for (const auto& item : std::filesystem::recursive_directory_iterator(COULIS_PHOTOS)) {
      if (item.is_regular_file()) photos.push_back(item.path());
    }
    std::sort(photos.begin(), photos.end());
    for (std::size_t i = 0; i < count; ++i) {
      const std::filesystem::path& photo = photos.at(i * photos.size() / count);
      const std::filesystem::path copy = folder.path_of("input") / std::filesystem::relative(photo, COULIS_PHOTOS);
      std::filesystem::create_directories(copy.parent_path());
      std::filesystem::copy_file(photo, copy);
    }
    options.input = folder.path_of("input");
    options.output = folder.path_of("output");
    options.threads = 3;
    options.features.images_per_part = 3;
    options.pca.k = 2;
  }

  void write(std::string_view key, std::string_view text) const { folder.write("input/" + std::string(key), text); }
  Location input() const { return Location(options.input); }
  Location output() const { return Location(options.output); }
  Summary run_all() { return run(options, std::nullopt, interrupted, progress); }

  TemporaryFolder folder;
  RunOptions options;
  RecordedProgress progress;
  std::atomic<bool> interrupted = false;
};

}  // namespace coulis
