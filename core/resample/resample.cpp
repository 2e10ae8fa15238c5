#include "core/resample/resample.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/stop_watch.hpp"
#include "core/decode/turn.hpp"
#include "core/resample/axis_cache.hpp"
#include "core/resample/nearest.hpp"
#include "core/resample/passes.hpp"
#include "core/resample/row_window.hpp"
#include "core/resample/scratch.hpp"
#include "core/resample/weights.hpp"

namespace coulis {
namespace {

// Pillow 13: a height that shrinks by more than twice what the width does is resampled first. The order shows in the bytes,
// because the first pass rounds.
bool columns_go_first(int width, int height, const ResampleOptions& options) {
  const int height_loss = height - options.height_px;
  const int width_loss = width - options.width_px;
  return height_loss > 0 && height_loss > 2 * width_loss;
}

// One axis of the stored image.
struct Axis {
  int in_px = 0;
  int out_px = 0;
  const Weights* weights = nullptr;  // none where the length stays
};

// The weights of an axis, forwards and mirrored.
class WeightsOfAxes {
 public:
  const Weights* find(int in_px, int out_px, Filter filter, bool is_mirrored, int axis) {
    if (in_px == out_px) return nullptr;
    const auto compute = is_mirrored ? compute_mirrored_weights : compute_weights;
    if (in_px > kLongestPackedPx) return &(long_[static_cast<std::size_t>(axis)] = compute(in_px, out_px, filter));  // not worth keeping
    return &kept_[is_mirrored ? 1 : 0].find_or_make(in_px, out_px, [&](int in, int out) { return compute(in, out, filter); });
  }

 private:
  std::array<AxisCache<Weights>, 2> kept_;
  std::array<Weights, 2> long_;
};

}  // namespace

struct Resampler::State {
  ResampleOptions options;
  Passes passes = simd_passes();
  WeightsOfAxes weights;
  AxisCache<std::vector<int>> positions;
  double seconds = 0;

  // The image that is coming, as it is stored.
  enum class First { kNothing, kRows, kColumns } first = First::kNothing;  // which pass; kNothing: the image is put together
  Turn turn;
  Axis across, down;
  int taken = 0;   // rows
  int placed = 0;  // rows, not yet taken
  int made = 0;    // rows, of a pass over columns

  Scratch band;      // rows before a pass over rows
  RowWindow window;  // rows before a pass over columns
  Scratch between;   // after the first pass, or the whole image
  Scratch result, turned;

  void start(int width, int height, int orientation) {
    turn = turn_of(orientation);
    const int upright_width = turn.swaps_sides ? height : width;
    const int upright_height = turn.swaps_sides ? width : height;
    across = {width, turn.swaps_sides ? options.height_px : options.width_px};
    down = {height, turn.swaps_sides ? options.width_px : options.height_px};
    taken = placed = made = 0;
    between.shrink();
    const bool keeps_size = across.in_px == across.out_px && down.in_px == down.out_px;
    first = First::kNothing;
    if (keeps_size || options.filter == Filter::kNearest) return;
    across.weights = weights.find(across.in_px, across.out_px, options.filter, turn.from_right, 0);
    down.weights = weights.find(down.in_px, down.out_px, options.filter, turn.from_bottom, 1);
    first = columns_go_first(upright_width, upright_height, options) == turn.swaps_sides ? First::kRows : First::kColumns;
    window.start(width, height);
  }

  bool passes_first() const {
    return first == First::kRows ? across.weights != nullptr : first == First::kColumns && down.weights != nullptr;
  }

  std::uint8_t* place(int count) {
    placed = count;
    if (!passes_first()) return between.reserve(across.in_px, down.in_px) + offset(taken, across.in_px);
    return first == First::kRows ? band.reserve(across.in_px, count) : window.place(count);
  }

  void take() {
    if (!passes_first()) {
      taken += placed;
    } else if (first == First::kRows) {
      pass_rows({band.data(), across.in_px, placed});
    } else {
      window.take();
      pass_columns(window.rows(), window.first_row());
      window.drop_before(made < down.out_px ? down.weights->start[static_cast<std::size_t>(made)] : down.in_px);
    }
    if (taken < down.in_px) return;
    band.shrink();
    window.shrink();
  }

  ImageView pass_whole(const ImageView& image) {
    if (!passes_first()) return image;
    first == First::kRows ? pass_rows(image) : pass_columns(image, 0);
    return after_first();
  }

  void pass_rows(const ImageView& rows) {
    passes.resample_rows(*across.weights, rows, between.reserve(across.out_px, down.in_px) + offset(taken, across.out_px));
    taken += rows.height;
  }

  // Makes all outputs whose rows are there. rows: from row `first_row` of the image on.
  void pass_columns(const ImageView& rows, int first_row) {
    taken = first_row + rows.height;
    const Weights& w = *down.weights;
    int end = made;
    while (end < w.out_px && (taken == w.in_px || w.start[static_cast<std::size_t>(end)] + w.taps <= taken)) ++end;
    std::uint8_t* target = between.reserve(across.in_px, w.out_px) + offset(made, across.in_px);
    if (end > made) passes.resample_columns(w, {made, end, first_row}, rows, target);
    made = end;
  }

  // What the first pass has made, or the image itself.
  ImageView after_first() {
    return {between.data(), first == First::kRows ? across.out_px : across.in_px, first == First::kColumns ? down.out_px : down.in_px};
  }

  ImageView finish(ImageView view) {
    if (first == First::kRows && down.weights != nullptr) {
      std::uint8_t* target = result.reserve(across.out_px, down.out_px);
      passes.resample_columns(*down.weights, {0, down.out_px, 0}, view, target);
      view = {target, across.out_px, down.out_px};
    } else if (first == First::kColumns && across.weights != nullptr) {
      std::uint8_t* target = result.reserve(across.out_px, down.out_px);
      passes.resample_rows(*across.weights, view, target);
      view = {target, across.out_px, down.out_px};
    }
    view = upright(view);
    const bool has_size = view.width == options.width_px && view.height == options.height_px;
    return has_size ? view : pick_nearest(view);
  }

  ImageView upright(const ImageView& view) {
    if (!turn.is_any()) return view;
    std::uint8_t* target = turned.reserve(view.width, view.height);
    turn_pixels(view, turn, target);
    return turn.swaps_sides ? ImageView{target, view.height, view.width} : ImageView{target, view.width, view.height};
  }

  ImageView pick_nearest(const ImageView& image) {
    std::uint8_t* target = result.reserve(options.width_px, options.height_px);
    const std::vector<int>& columns = positions.find_or_make(image.width, options.width_px, locate_nearest);
    const std::vector<int>& rows = positions.find_or_make(image.height, options.height_px, locate_nearest);
    pick_pixels(columns, rows, image, target);
    return {target, options.width_px, options.height_px};
  }

  static std::size_t offset(int rows, int width) { return static_cast<std::size_t>(rows) * static_cast<std::size_t>(width) * 3; }
};

Resampler::Resampler(const ResampleOptions& options) : state_(std::make_unique<State>()) {
  if (options.width_px < 1 || options.height_px < 1) {
    throw Error(ErrorCode::kUsage, "the size to resample to is below one pixel", "give a width and a height of at least 1");
  }
  state_->options = options;
}

Resampler::~Resampler() = default;
Resampler::Resampler(Resampler&&) noexcept = default;
Resampler& Resampler::operator=(Resampler&&) noexcept = default;

PixelSize Resampler::least_size() const {
  return {state_->options.width_px * 2, state_->options.height_px * 2};
}

void Resampler::start(int width, int height, int orientation) {
  state_->start(width, height, orientation);
}

std::uint8_t* Resampler::place(int count) {
  return state_->place(count);
}

void Resampler::take() {
  StopWatch watch;
  state_->take();
  watch.lap(state_->seconds);
}

ImageView Resampler::finish() {
  StopWatch watch;
  const ImageView made = state_->finish(state_->after_first());
  watch.lap(state_->seconds);
  return made;
}

ImageView Resampler::resample(const ImageView& image) {
  StopWatch watch;
  state_->start(image.width, image.height, 1);
  const ImageView made = state_->finish(state_->pass_whole(image));
  watch.lap(state_->seconds);
  return made;
}

PixelSize Resampler::upright_size() const {
  const State& s = *state_;
  return s.turn.swaps_sides ? PixelSize{s.down.in_px, s.across.in_px} : PixelSize{s.across.in_px, s.down.in_px};
}

double Resampler::seconds() const {
  return state_->seconds;
}

Image resample(const ImageView& image, const ResampleOptions& options) {
  Resampler resampler(options);
  return copy_of(resampler.resample(image));
}

}  // namespace coulis
