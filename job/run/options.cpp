#include "job/run/options.hpp"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <cmath>
#include <thread>

#include "core/base/error.hpp"
#include "job/run/cpu_quota.hpp"

namespace coulis {
namespace {

constexpr int kMaxImagesPerPart = 65'536;  // a part's features stay below 336 MB and 2^31 values
constexpr int kMaxThreads = 1'024;

void require(bool condition, const std::string& message) {
  if (!condition) throw Error(ErrorCode::kUsage, message, "see `coulis run --help`");
}

}  // namespace

std::string_view to_string(OnBad on_bad) {
  return on_bad == OnBad::kFail ? "fail" : "skip";
}

OnBad parse_on_bad(std::string_view name) {
  if (name == "skip") return OnBad::kSkip;
  if (name == "fail") return OnBad::kFail;
  throw Error(ErrorCode::kUsage, fmt::format("unknown --on-bad '{}'", name), "use skip or fail");
}

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

int worker_count(int threads_option) {
  if (threads_option > 0) return threads_option;
  cpu_set_t cpus;  // of 1,024; with more the call fails
  const int allowed =
      sched_getaffinity(0, sizeof cpus, &cpus) == 0 ? CPU_COUNT(&cpus) : static_cast<int>(std::thread::hardware_concurrency());
  const double quota = maybe_cpu_quota({}).value_or(kMaxThreads);
  return std::clamp(static_cast<int>(std::ceil(std::min<double>(quota, kMaxThreads))), 1, std::clamp(allowed, 1, kMaxThreads));
}

}  // namespace coulis
