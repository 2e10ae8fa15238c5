// ImageSorter: sorts images by key, any number of them with a bounded memory.
#pragma once

#include <cstddef>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "job/listing/image_list.hpp"

namespace coulis {

// Sorted runs are written to a scratch file by a thread, while more images come, and merged. Images that come in order make one
// run, which needs no merge.
class ImageSorter {
 public:
  explicit ImageSorter(std::size_t most_in_memory = kImagesInMemory);  // a multiple of kImagesPerBlock

  void add(ImageRef image);

  using Keep = std::function<bool(const ImageRef&)>;
  ImageList sorted(const Keep& maybe_keep = {}) &&;  // without those that `maybe_keep` refuses

 private:
  struct Run {
    std::shared_ptr<ImageBlocks> blocks;
    std::string last_key;
  };
  void write_run();
  void append_to_run(std::vector<ImageRef> images);
  ImageList merge(const Keep& maybe_keep) const;

  std::size_t most_in_memory_;
  std::vector<ImageRef> images_;
  std::shared_ptr<ScratchFile> scratch_;
  std::vector<Run> runs_;
  std::future<void> writing_;  // uses scratch_ and runs_; last, so that it ends before they do
};

}  // namespace coulis
