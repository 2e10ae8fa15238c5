#include "job/listing/image_list.hpp"

#include <algorithm>

namespace coulis {

ImageList::ImageList(std::vector<ImageRef> images)
    : in_memory_(std::make_shared<const std::vector<ImageRef>>(std::move(images))), count_(in_memory_->size()) {}

ImageList::ImageList(std::shared_ptr<const ImageBlocks> blocks) : in_file_(std::move(blocks)), count_(in_file_->size()) {}

ImageList ImageList::slice(std::size_t first, std::size_t count) const {
  ImageList part = *this;
  part.first_ += std::min(first, count_);
  part.count_ = std::min(count, count_ - std::min(first, count_));
  return part;
}

ImageRef ImageList::at(std::size_t index) const {
  ImageCursor cursor(slice(index, 1));
  return *cursor.next();
}

std::vector<ImageRef> ImageList::read() const {
  std::vector<ImageRef> images;
  images.reserve(count_);
  for_each([&](const ImageRef& image) { images.push_back(image); });
  return images;
}

const ImageRef* ImageCursor::next() {
  if (index_ == images_.count_) return nullptr;
  const std::size_t place = images_.first_ + index_;
  if (images_.in_memory_) {
    ++index_;
    return &(*images_.in_memory_)[place];
  }
  if (index_ == 0 || place % kImagesPerBlock == 0) images_.in_file_->read(place / kImagesPerBlock, block_);
  ++index_;
  return &block_[place % kImagesPerBlock];
}

void ImageListBuilder::add(ImageRef image) {
  images_.push_back(std::move(image));
  if (images_.size() == most_in_memory_) write();
}

void ImageListBuilder::write() {
  if (!in_file_) in_file_ = std::make_shared<ImageBlocks>(std::make_shared<ScratchFile>());
  in_file_->append(images_);
  images_.clear();
}

ImageList ImageListBuilder::list() && {
  if (!in_file_) return std::move(images_);
  write();
  return ImageList(in_file_);
}

}  // namespace coulis
