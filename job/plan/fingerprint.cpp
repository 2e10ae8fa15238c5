#include "job/plan/fingerprint.hpp"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <iterator>
#include <string_view>
#include <vector>

#include "job/threads/workers.hpp"

namespace coulis {
namespace {

// With a terminating zero, so that different lists of texts differ.
void update(XXH3_state_t* state, std::string_view text) {
  XXH3_128bits_update(state, text.data(), text.size());
  XXH3_128bits_update(state, "", 1);
}

}  // namespace

Fingerprint::Fingerprint(const std::string& settings) : state_(XXH3_createState(), XXH3_freeState) {
  XXH3_128bits_reset(state_.get());
  update(state_.get(), settings);
}

// An object that is rewritten with the same bytes keeps its ETag. A file has only its time.
void Fingerprint::add(const ImageRef& image) {
  update(state_.get(), image.key);
  fmt::memory_buffer version;
  const auto out = std::back_inserter(version);
  image.etag.empty() ? fmt::format_to(out, FMT_COMPILE("{} {}"), image.size_bytes, image.mtime_ns)
                     : fmt::format_to(out, FMT_COMPILE("{} {}"), image.size_bytes, image.etag);
  if (image.label) fmt::format_to(out, " {}", printable(*image.label));
  update(state_.get(), {version.data(), version.size()});
}

std::string Fingerprint::hex() const {
  const XXH128_hash_t hash = XXH3_128bits_digest(state_.get());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

std::string fingerprint_of(const std::string& settings, const ImageList& images) {
  Fingerprint fingerprint(settings);
  images.for_each([&](const ImageRef& image) { fingerprint.add(image); });
  return fingerprint.hex();
}

std::string hash_of(const ImageList& images, int threads) {
  constexpr std::size_t kAtOnce = 16 * kImagesPerBlock;
  std::vector<std::string> hashes((images.size() + kAtOnce - 1) / kAtOnce);
  for_each_parallel(threads, hashes.size(), [&](std::size_t i) { hashes[i] = fingerprint_of("", images.slice(i * kAtOnce, kAtOnce)); });
  return Fingerprint(fmt::format("{}", fmt::join(hashes, ""))).hex();
}

bool same_image(const ImageRef& a, const ImageRef& b) {
  const bool same_version = a.etag == b.etag && (!a.etag.empty() || a.mtime_ns == b.mtime_ns);
  return a.size_bytes == b.size_bytes && same_version && same_label(a, b);
}

}  // namespace coulis
