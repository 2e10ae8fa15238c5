// ImageSink: the whole image, upright.
#pragma once

#include <utility>

#include "core/decode/image.hpp"
#include "core/decode/row_sink.hpp"
#include "core/decode/turn.hpp"

namespace coulis {

class ImageSink final : public RowSink {
 public:
  explicit ImageSink(PixelSize least = {}) : least_(least) {}

  PixelSize least_size() const override { return least_; }
  void start(int width, int height, int orientation) override {
    image_ = Image(width, height);
    orientation_ = orientation;
    taken_ = placed_ = 0;
  }
  std::uint8_t* place(int count) override {
    placed_ = count;
    return image_.row(taken_);
  }
  void take() override { taken_ += placed_; }

  Image finish() { return turn(std::move(image_), orientation_); }

 private:
  PixelSize least_;
  Image image_;
  int orientation_ = 1;
  int taken_ = 0;
  int placed_ = 0;
};

}  // namespace coulis
