// RowWindow: the rows of an image that a pass over columns still needs, while new ones come.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "core/decode/image.hpp"
#include "core/resample/scratch.hpp"

namespace coulis {

class RowWindow {
 public:
  void start(int width, int height) {
    width_ = width;
    height_ = height;
    first_ = rows_ = begin_ = capacity_ = 0;
  }

  // Where the next rows go: [count, width, 3].
  std::uint8_t* place(int count) {
    if (begin_ + rows_ + count > capacity_) make_room(rows_ + count);
    placed_ = count;
    return at(begin_ + rows_);
  }
  void take() { rows_ += placed_; }

  void drop_before(int row) {  // of the image
    const int count = std::clamp(row - first_, 0, rows_);
    first_ += count;
    begin_ += count;
    rows_ -= count;
  }

  int first_row() const { return first_; }  // of the image
  ImageView rows() { return {at(begin_), width_, rows_}; }

  void shrink() { scratch_.shrink(); }

 private:
  std::uint8_t* at(int row) { return scratch_.data() + static_cast<std::size_t>(row) * static_cast<std::size_t>(width_) * 3; }

  // Moves the rows to the front, or to a larger buffer, whose size makes a row move half a time on average.
  void make_room(int count) {
    const std::size_t bytes = static_cast<std::size_t>(rows_) * static_cast<std::size_t>(width_) * 3;
    if (count > capacity_) {
      capacity_ = std::max(count, static_cast<int>(std::min<std::int64_t>(std::int64_t{count} * 3, height_)));
      Scratch larger = rows_ > 0 ? Scratch() : std::move(scratch_);
      larger.reserve(width_, capacity_);
      if (rows_ > 0) std::memcpy(larger.data(), at(begin_), bytes);
      scratch_ = std::move(larger);
    } else {
      std::memmove(scratch_.data(), at(begin_), bytes);
    }
    begin_ = 0;
  }

  Scratch scratch_;
  int width_ = 0;
  int height_ = 0;    // of the image
  int first_ = 0;     // row of the image
  int rows_ = 0;      // held
  int begin_ = 0;     // where they lie in scratch_, in rows
  int capacity_ = 0;  // in rows
  int placed_ = 0;
};

}  // namespace coulis
