// PlannedOutput: a listing and committed part files in memory, for tests of make_plan.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "job/plan/plan.hpp"

namespace coulis {

class PlannedOutput {
 public:
  PlanOptions options{.settings = "model=1\n", .images_per_part = 2};
  std::vector<ImageRef> images;  // listed, by key

  void add_image(const std::string& key, std::uint64_t size_bytes = 1, std::int64_t mtime_ns = 1) {
    images.push_back({key, size_bytes, mtime_ns});
    std::sort(images.begin(), images.end(), [](const ImageRef& a, const ImageRef& b) { return a.key < b.key; });
  }
  void add_images(std::initializer_list<const char*> keys) {
    for (const char* key : keys) add_image(key);
  }
  void remove_image(const std::string& key) {
    std::erase_if(images, [&](const ImageRef& image) { return image.key == key; });
  }
  void change_image(const std::string& key) {
    for (ImageRef& image : images) image.mtime_ns += image.key == key ? 1 : 0;
  }

  Plan plan() const {
    std::vector<PartFile> files;
    for (const auto& [key, committed] : committed_) files.push_back(committed.file);
    return make_plan(
        images, files, [&](const PartFile& file) { return committed_.at(file.key).record; }, options);
  }

  // The part's file is written; a file of the same number stays until the output is published.
  void commit(const Part& part) {
    const std::string key = part.file_key(options.compression);
    committed_[key] = {{part.number, part.fingerprint, key}, {options.settings, part.images.read(), {}}};
  }
  void publish(const Plan& plan) {
    for (const Part& part : plan.parts) commit(part);
    for (const std::string& key : plan.stale_files) committed_.erase(key);
  }
  void publish() { publish(plan()); }
  void lose(const Part& part) { committed_.erase(part.file_key(options.compression)); }

 private:
  struct CommittedPart {
    PartFile file;
    PartRecord record;
  };
  std::map<std::string, CommittedPart> committed_;
};

// "0:a,b done", "1:c to do": a part in one line.
inline std::vector<std::string> describe(const Plan& plan) {
  std::vector<std::string> lines;
  for (const Part& part : plan.parts) {
    std::string line = std::to_string(part.number) + ":";
    part.images.for_each([&](const ImageRef& image) { line += (line.back() == ':' ? "" : ",") + image.key; });
    lines.push_back(line + (part.done ? " done" : " to do"));
  }
  return lines;
}

}  // namespace coulis
