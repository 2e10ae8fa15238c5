// resample: RGB pixels to another size, equal to Pillow's Image.resize to the byte.
#pragma once

#include <array>
#include <memory>

#include "core/base/enum_names.hpp"
#include "core/decode/image.hpp"
#include "core/decode/row_sink.hpp"

namespace coulis {

enum class Filter { kNearest, kBilinear, kBicubic, kLanczos };  // Pillow's filters of the same name

template <>
struct EnumNames<Filter> {
  static constexpr std::string_view kWhat = "filter";
  static constexpr std::array<std::pair<Filter, std::string_view>, 4> kAll = {
      {{Filter::kNearest, "nearest"}, {Filter::kBilinear, "bilinear"}, {Filter::kBicubic, "bicubic"}, {Filter::kLanczos, "lanczos"}}};
};

struct ResampleOptions {
  int width_px = 224;
  int height_px = 224;
  Filter filter = Filter::kBicubic;

  bool operator==(const ResampleOptions&) const = default;
};

// Resamples rows while a decoder makes them, so that a large image is never in memory as a whole, unless
// its format needs that. A turned photo is resampled as it is stored, with the weights of the upright
// one. Keeps the weights of the last few sizes, and scratch memory. Not thread-safe: one per worker.
class Resampler final : public RowSink {
 public:
  explicit Resampler(const ResampleOptions& options);
  ~Resampler();
  Resampler(Resampler&&) noexcept;
  Resampler& operator=(Resampler&&) noexcept;

  PixelSize least_size() const override;  // twice the size asked for
  void note_orientation(int orientation) override { noted_orientation_ = orientation; }
  void start(int width, int height, int orientation) override;
  std::uint8_t* place(int count) override;
  void take() override;
  // After the last row: the upright image of the size asked for. It lives in the resampler until the next start().
  ImageView finish();

  // A whole image of at least one pixel; one that already has the size is returned unchanged.
  ImageView resample(const ImageView& image);

  PixelSize upright_size() const;  // of the last image
  int noted_orientation() const { return noted_orientation_; }

  double seconds() const;  // spent in take() and finish() since it was made

 private:
  struct State;
  std::unique_ptr<State> state_;
  int noted_orientation_ = 1;
};

// In one call, to a new image.
Image resample(const ImageView& image, const ResampleOptions& options);

}  // namespace coulis
