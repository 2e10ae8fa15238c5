// ImageList: images in the order of their keys, in memory or, where there are many, in a scratch file.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "job/listing/image_blocks.hpp"

namespace coulis {

// A handle: copies and slices share the images.
class ImageList {
 public:
  ImageList() = default;
  ImageList(std::vector<ImageRef> images);  // NOLINT(google-explicit-constructor): a list in memory is a list
  explicit ImageList(std::shared_ptr<const ImageBlocks> blocks);

  std::size_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  ImageList slice(std::size_t first, std::size_t count) const;

  // Those that read the scratch file throw Error(kStorage), and may be called from several threads.
  ImageRef at(std::size_t index) const;  // reads a block for one image: ImageCursor reads many
  std::vector<ImageRef> read() const;

  template <class Visit>
  void for_each(Visit visit) const;

 private:
  friend class ImageCursor;

  std::shared_ptr<const std::vector<ImageRef>> in_memory_;
  std::shared_ptr<const ImageBlocks> in_file_;
  std::size_t first_ = 0;
  std::size_t count_ = 0;
};

// Goes through a list from its beginning, and holds one block of it.
class ImageCursor {
 public:
  explicit ImageCursor(ImageList images) : images_(std::move(images)) {}

  const ImageRef* next();  // null at the end; valid until the next call

 private:
  ImageList images_;
  std::size_t index_ = 0;
  std::vector<ImageRef> block_;
};

inline constexpr std::size_t kImagesInMemory = 64 * kImagesPerBlock;  // about 20 MB; more go to a scratch file

// Makes a list of images in the order in which they are added.
class ImageListBuilder {
 public:
  explicit ImageListBuilder(std::size_t most_in_memory = kImagesInMemory) : most_in_memory_(most_in_memory) {}

  void add(ImageRef image);
  std::size_t size() const { return images_.size() + (in_file_ ? in_file_->size() : 0); }
  ImageList list() &&;

 private:
  void write();

  std::size_t most_in_memory_;  // a multiple of kImagesPerBlock
  std::vector<ImageRef> images_;
  std::shared_ptr<ImageBlocks> in_file_;
};

template <class Visit>
void ImageList::for_each(Visit visit) const {
  ImageCursor cursor(*this);
  while (const ImageRef* image = cursor.next()) visit(*image);
}

}  // namespace coulis
