// PhotoNetwork: the bytes or pixels of a photo -> its feature row, or why there is none.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>

#include "core/base/failure.hpp"
#include "core/base/stop_watch.hpp"
#include "core/decode/decode.hpp"
#include "core/network/network.hpp"
#include "core/resample/resample.hpp"

namespace coulis {

struct PhotoSeconds {
  double decode = 0;
  double resample = 0;
  double network = 0;
};

// Not thread-safe: one for each worker. They share the weights that the factory has packed.
class PhotoNetwork {
 public:
  PhotoNetwork(const ModelCard& card, const NetworkFactory& networks, const DecodeOptions& decode);

  // Of an image file, or of pixels. row: [feature width], overwritten unless there is a failure.
  [[nodiscard]] std::optional<Failure> features(std::span<const std::byte> file, std::span<float> row);
  void features(const ImageView& pixels, std::span<float> row);

  // The network's input and the size of the last photo given to features(). Valid until the next call.
  const ImageView& input() const { return input_; }
  PixelSize size() const { return resampler_.upright_size(); }
  bool turned() const { return turned_; }  // its file has an EXIF orientation that turns it, applied or not; false for pixels

  const PhotoSeconds& seconds() const { return seconds_; }  // since it was made

 private:
  void run_network(const ImageView& input, std::span<float> row);

  DecodeOptions decode_;
  Resampler resampler_;
  std::unique_ptr<Network> network_;
  ImageView input_;
  bool turned_ = false;
  PhotoSeconds seconds_;
  StopWatch watch_;
};

}  // namespace coulis
