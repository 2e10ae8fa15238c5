#include "job/run/options.hpp"

#include <fmt/format.h>

#include "core/base/error.hpp"

namespace coulis {
namespace {

constexpr int kMaxImagesPerPart = 65'536;  // a part's features stay below 336 MB and 2^31 values
constexpr int kMaxThreads = 1'024;

void require(bool condition, const std::string& message) {
  if (!condition) throw Error(ErrorCode::kUsage, message, "see `coulis run --help`");
}

}  // namespace

void validate(const PcaOptions& options) {
  require(options.k >= 1, "-k must be at least 1");
  require(options.variance >= 0 && options.variance <= 1, "--variance must lie between 0 and 1");
}

void validate(const RunOptions& options) {
  const FeatureOptions& features = options.features;
  require(features.threads >= 0 && features.threads <= kMaxThreads, fmt::format("--threads must lie between 0 and {}", kMaxThreads));
  require(features.images_per_part >= 1 && features.images_per_part <= kMaxImagesPerPart,
          fmt::format("--images-per-part must lie between 1 and {}", kMaxImagesPerPart));
  require(features.max_bad >= 0 && features.max_bad <= 1, "--max-bad must lie between 0% and 100%");
  require(options.decode.max_pixels >= 1, "--max-pixels must be at least 1");
  validate(options.pca);
  LabelRule(options.listing);  // throws what is wrong with the rule
}

std::string settings_of(const RunOptions& options, const Location& input, const ModelCard& card) {
  return fmt::format(
      "format=1\ninput={}\nmodel_sha256={}\npreprocessing={}\nprecision={}\nmax_pixels={}\nexif_orientation={}\nlabel_level={}\nlabel_"
      "regex={}\n"
      "compression={}\nimages_per_part={}\n",
      printable(input.root()), card.sha256, card.preprocessing(), to_string(options.features.precision), options.decode.max_pixels,
      options.decode.exif_orientation, options.listing.label_level, printable(options.listing.label_regex),
      to_string(options.features.compression), options.features.images_per_part);
}

}  // namespace coulis
