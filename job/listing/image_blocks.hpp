// ImageBlocks: images in a scratch file, in blocks that can be read alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "job/storage/location.hpp"
#include "job/storage/scratch_file.hpp"

namespace coulis {

using ImageRef = Entry;  // an image, as it was listed below the input

bool same_label(const ImageRef& a, const ImageRef& b);  // or none

inline constexpr std::size_t kImagesPerBlock = 1024;

// A key is kept as what differs from the key before it: about 40 bytes an image, where an ImageRef takes 250.
class ImageBlocks {
 public:
  explicit ImageBlocks(std::shared_ptr<ScratchFile> file) : file_(std::move(file)) {}

  // Every call but the last takes a multiple of kImagesPerBlock.
  void append(std::span<const ImageRef> images);

  std::size_t size() const { return size_; }  // images

  // Replaces `images` by those of the block, and reuses their memory. Thread-safe once all is appended.
  void read(std::size_t block, std::vector<ImageRef>& images) const;

 private:
  std::uint32_t number_of(const std::shared_ptr<const Entry>& container);

  std::shared_ptr<ScratchFile> file_;
  std::size_t size_ = 0;
  struct Block {
    std::uint64_t offset = 0;
    std::uint32_t bytes = 0;
    std::uint32_t images = 0;
  };
  std::vector<Block> blocks_;
  std::vector<std::shared_ptr<const Entry>> containers_;  // of images in archives and tables
  std::unordered_map<const Entry*, std::uint32_t> container_numbers_;
};

}  // namespace coulis
