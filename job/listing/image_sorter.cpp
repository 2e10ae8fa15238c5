#include "job/listing/image_sorter.hpp"

#include <algorithm>
#include <queue>
#include <utility>

#include "job/storage/entry_order.hpp"

namespace coulis {
namespace {

struct Next {
  const ImageRef* image;
  std::size_t run;  // of two equal keys, that of the earlier run comes first
};

struct ComesLater {
  bool operator()(const Next& a, const Next& b) const {
    const int order = a.image->key.compare(b.image->key);
    return order != 0 ? order > 0 : a.run > b.run;
  }
};

}  // namespace

ImageSorter::ImageSorter(std::size_t most_in_memory) : most_in_memory_(most_in_memory) {}

void ImageSorter::add(ImageRef image) {
  images_.push_back(std::move(image));
  if (images_.size() == most_in_memory_) write_run();
}

ImageList ImageSorter::sorted(const Keep& maybe_keep) && {
  if (!writing_.valid()) {
    if (maybe_keep) std::erase_if(images_, [&](const ImageRef& image) { return !maybe_keep(image); });
    sort_by_key(images_);
    return std::move(images_);
  }
  write_run();
  writing_.get();
  if (runs_.size() == 1 && !maybe_keep) return ImageList(runs_.front().blocks);
  return merge(maybe_keep);
}

// Waits for the run before.
void ImageSorter::write_run() {
  if (writing_.valid()) writing_.get();
  writing_ = std::async(std::launch::async, [this, images = std::exchange(images_, {})]() mutable { append_to_run(std::move(images)); });
  images_.reserve(most_in_memory_);
}

// Continues the newest run that ends before these images begin, or begins another.
void ImageSorter::append_to_run(std::vector<ImageRef> images) {
  if (images.empty()) return;
  sort_by_key(images);
  if (!scratch_) scratch_ = std::make_shared<ScratchFile>();
  const auto ends_before = [&](const Run& run) { return run.last_key <= images.front().key; };
  auto run = std::find_if(runs_.rbegin(), runs_.rend(), ends_before);
  if (run == runs_.rend()) {
    runs_.push_back({std::make_shared<ImageBlocks>(scratch_), ""});
    run = runs_.rbegin();
  }
  run->blocks->append(images);
  run->last_key = images.back().key;
}

ImageList ImageSorter::merge(const Keep& maybe_keep) const {
  std::vector<ImageCursor> cursors;
  cursors.reserve(runs_.size());
  std::priority_queue<Next, std::vector<Next>, ComesLater> next;
  for (const Run& run : runs_) {
    cursors.emplace_back(ImageList(run.blocks));
    next.push({cursors.back().next(), cursors.size() - 1});
  }
  ImageListBuilder merged(most_in_memory_);
  while (!next.empty()) {
    const Next first = next.top();
    next.pop();
    if (!maybe_keep || maybe_keep(*first.image)) merged.add(*first.image);
    if (const ImageRef* image = cursors[first.run].next()) next.push({image, first.run});
  }
  return std::move(merged).list();
}

}  // namespace coulis
