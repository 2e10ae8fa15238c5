// FeatureOptions: how photos become part files, apart from the network.
#pragma once

#include <array>

#include "core/base/enum_names.hpp"
#include "core/base/field.hpp"
#include "job/tables/tables.hpp"

namespace coulis {

enum class OnBad { kSkip, kFail };

template <>
struct EnumNames<OnBad> {
  static constexpr std::string_view kWhat = "treatment of bad photos";
  static constexpr std::array<std::pair<OnBad, std::string_view>, 2> kAll = {{{OnBad::kSkip, "skip"}, {OnBad::kFail, "fail"}}};
};

struct FeatureOptions {
  int images_per_part = 1024;
  OnBad on_bad = OnBad::kSkip;
  double max_bad = 1.0;  // share of the listing
  Compression compression = Compression::kSnappy;
  bool fresh = false;
};

// 65,536 photos: the features of a part stay below 336 MB and 2^31 values.
template <OptionsOf<FeatureOptions> O, class V>
void visit_fields(O& o, V&& v) {
  v(Field("images-per-part", "Photos in one part, the unit of work and resume", Affects::kFeatures, {1, 65'536}), o.images_per_part);
  v(Field("on-bad", "What to do with a photo that cannot be used: skip (a row in the errors table) or fail", Affects::kNothing), o.on_bad);
  v(Field("max-bad", "Stop when more than this share of the photos is bad: 0.01 or 1%", Affects::kNothing, {0, 1}), o.max_bad);
  v(Field("compression", "Parquet compression: snappy or zstd", Affects::kFeatures), o.compression);
  v(Field("fresh", "Recompute everything, whatever OUTPUT holds", Affects::kNothing), o.fresh);
}

}  // namespace coulis
