#include "job/report/read_thumbnails.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/base/error.hpp"
#include "core/decode/decode.hpp"
#include "job/collections/open_collection.hpp"
#include "job/tables/tables.hpp"
#include "job/threads/workers.hpp"

namespace coulis {
namespace {

constexpr int kLargeSide_px = 96;  // as thumbnails are stored
constexpr int kSmallSide_px = 48;
constexpr std::size_t kLargeSheets_bytes = 900'000;
constexpr std::size_t kAllSheets_bytes = 2'000'000;
constexpr std::size_t kFirstPhotos = 12;
constexpr std::uint64_t kLeastRead_bytes = std::uint64_t{256} << 20;
constexpr std::uint64_t kMostRead_bytes = std::uint64_t{2} << 30;

// The most bytes to read again: a tenth of the input, so that the report adds little to a run of large photos.
std::uint64_t bytes_to_read(const Manifest& manifest) {
  return std::clamp(manifest.listed_bytes / 10, kLeastRead_bytes, kMostRead_bytes);
}

// As many photos as the budget allows, spread evenly; subtracts their bytes from the budget.
std::vector<std::uint32_t> choose_affordable(const std::vector<std::uint32_t>& photos, const std::vector<ImageRef>& images,
                                             std::uint64_t& budget_bytes) {
  std::uint64_t all_bytes = 1;
  for (const std::uint32_t photo : photos) all_bytes += images[photo].size_bytes;
  const double share = std::min(1.0, static_cast<double>(budget_bytes) / static_cast<double>(all_bytes));
  std::vector<std::uint32_t> chosen;
  for (std::size_t i = 0; i < photos.size(); ++i) {
    const auto before = static_cast<std::uint64_t>(share * static_cast<double>(i));
    if (static_cast<std::uint64_t>(share * static_cast<double>(i + 1)) == before) continue;
    chosen.push_back(photos[i]);
    budget_bytes -= std::min(budget_bytes, images[photos[i]].size_bytes);
  }
  return chosen;
}

// Empty if the photo can no longer be read.
Image read_thumbnail(const Location& input, const ImageRef& image, int side_px) {
  const Outcome<Bytes> bytes = input.get(image.key);
  if (!bytes || bytes.value().size() != image.size_bytes) return {};
  const DecodeOptions upright{.exif_orientation = true, .decoding = Decoding::kScaled};  // people look at it
  const Outcome<Image> photo = decode(bytes.value(), upright, {side_px, side_px});
  return photo ? make_thumbnail(photo.value().view(), side_px) : Image();
}

// Where the thumbnails come from.
struct Source {
  std::vector<std::string> stored;      // [photos]: JPEGs that the run kept; empty where there is none
  std::optional<Location> maybe_input;  // for the others
  const std::vector<ImageRef>& images;
};

Image make(const Source& source, std::uint32_t photo, int side_px, Resampler& resampler) {
  const std::string& jpeg = source.stored[photo];
  if (jpeg.empty()) return source.maybe_input ? read_thumbnail(*source.maybe_input, source.images[photo], side_px) : Image();
  Outcome<Image> kept = decode(std::as_bytes(std::span(jpeg)), {.decoding = Decoding::kScaled}, {side_px, side_px});
  if (!kept || kept.value().width() == side_px) return kept ? std::move(kept.value()) : Image();
  return make_thumbnail(kept.value().view(), resampler);
}

std::vector<Image> make_all(const Source& source, const std::vector<std::uint32_t>& photos, int side_px, int threads, Progress& progress) {
  const int readers = source.maybe_input ? source.maybe_input->traits().readers(threads) : threads;
  std::vector<Image> thumbnails(photos.size());
  constexpr std::size_t kAtOnce = 32;  // with one resampler
  for_each_parallel(readers, (photos.size() + kAtOnce - 1) / kAtOnce, [&](std::size_t chunk) {
    Resampler resampler({side_px, side_px, Filter::kBilinear});
    for (std::size_t i = chunk * kAtOnce; i < std::min(photos.size(), (chunk + 1) * kAtOnce); ++i) {
      thumbnails[i] = make(source, photos[i], side_px, resampler);
      progress.advance(1, 0);
    }
  });
  return thumbnails;
}

// The sheets of those photos that have a thumbnail; adds them to the figures.
void add_sheets(Figures& figures, std::vector<Image> thumbnails, const std::vector<std::uint32_t>& photos, int side_px,
                std::size_t max_bytes, int threads) {
  std::vector<Image> readable;
  std::vector<std::uint32_t> names;
  for (std::size_t i = 0; i < photos.size(); ++i) {
    if (thumbnails[i].width() == 0) continue;
    readable.push_back(std::move(thumbnails[i]));
    names.push_back(photos[i]);
  }
  std::size_t on_sheets = 0;
  for (Sheet& sheet : make_sheets(readable, side_px, max_bytes, threads)) {
    on_sheets += sheet.photos;
    figures.sheets.push_back(std::move(sheet));
  }
  figures.sheet_photos.insert(figures.sheet_photos.end(), names.begin(), names.begin() + static_cast<std::ptrdiff_t>(on_sheets));
}

bool is_readable(const Location& input, const std::vector<ImageRef>& images) {
  const std::size_t count = std::min(kFirstPhotos, images.size());
  return std::any_of(images.begin(), images.begin() + static_cast<std::ptrdiff_t>(count),
                     [&](const ImageRef& image) { return input.get(image.key).ok(); });
}

// The input of the run, unless the photos are gone.
std::optional<Location> find_input(const std::vector<ImageRef>& images, const Location& output, const Manifest& manifest,
                                   Progress& progress) {
  try {
    Location input = as_collection(output.another(raw_name(manifest.input)), {});
    if (is_readable(input, images)) return input;
    progress.warn(fmt::format("there are no thumbnails: the photos in {} cannot be read", manifest.input));
  } catch (const Error& e) {  // if a bucket refuses access, the run loses its thumbnails only
    if (e.code() != ErrorCode::kStorage && e.code() != ErrorCode::kUsage) throw;
    progress.warn(fmt::format("there are no thumbnails: {}", e.what()));
  }
  return std::nullopt;
}

// [photos]
std::vector<std::string> read_stored(const std::vector<std::string>& paths, const Location& output, const std::vector<ManifestPart>& parts,
                                     int threads) {
  std::unordered_map<std::string_view, std::size_t> photos;
  for (std::size_t i = 0; i < paths.size(); ++i) photos.emplace(paths[i], i);
  std::vector<std::string> stored(paths.size());
  for_each_parallel(threads, parts.size(), [&](std::size_t part) {
    const auto& maybe_file = parts[part].maybe_thumbnails;
    if (!maybe_file) return;
    ThumbnailTable table = read_thumbnail_table(output.get_or_throw(maybe_file->key), printable(output.path_of(maybe_file->key)));
    for (std::size_t row = 0; row < table.paths.size(); ++row) {
      const auto photo = photos.find(table.paths[row]);
      if (photo != photos.end()) stored[photo->second] = std::move(table.jpegs[row]);
    }
  });
  return stored;
}

std::size_t bytes_of(const std::vector<Sheet>& sheets) {
  std::size_t bytes = 0;
  for (const Sheet& sheet : sheets) bytes += sheet.jpeg.size();
  return bytes;
}

// The photos with a stored thumbnail, and as many of the others as the budget allows.
std::vector<std::uint32_t> choose(const std::vector<std::uint32_t>& photos, const Source& source, std::uint64_t& budget_bytes) {
  std::vector<std::uint32_t> chosen, others;
  for (const std::uint32_t photo : photos) (source.stored[photo].empty() ? others : chosen).push_back(photo);
  if (!source.maybe_input) return chosen;
  const std::vector<std::uint32_t> affordable = choose_affordable(others, source.images, budget_bytes);
  chosen.insert(chosen.end(), affordable.begin(), affordable.end());
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

}  // namespace

void add_thumbnails(Figures& figures, const std::vector<ImageRef>& images, const std::vector<std::string>& paths, const Location& output,
                    const Manifest& manifest, const std::vector<ManifestPart>& parts, int threads, Progress& progress) {
  Source source{read_stored(paths, output, parts, threads), std::nullopt, images};
  std::vector<ImageRef> missing;
  for (std::size_t photo = 0; photo < images.size(); ++photo) {
    if (source.stored[photo].empty()) missing.push_back(images[photo]);
  }
  if (!missing.empty()) source.maybe_input = find_input(missing, output, manifest, progress);
  std::uint64_t budget_bytes = bytes_to_read(manifest);
  const std::vector<std::uint32_t> shown_large = photos_shown_large(figures);
  std::vector<char> is_large(images.size(), 0);
  for (const std::uint32_t photo : shown_large) is_large[photo] = 1;
  std::vector<std::uint32_t> others;
  for (std::uint32_t photo = 0; photo < images.size(); ++photo) {
    if (is_large[photo] == 0) others.push_back(photo);
  }
  const std::vector<std::uint32_t> large = choose(shown_large, source, budget_bytes);
  const std::vector<std::uint32_t> small = choose(others, source, budget_bytes);
  progress.begin("thumbnails", large.size() + small.size());
  add_sheets(figures, make_all(source, large, kLargeSide_px, threads, progress), large, kLargeSide_px, kLargeSheets_bytes, threads);
  add_sheets(figures, make_all(source, small, kSmallSide_px, threads, progress), small, kSmallSide_px,
             kAllSheets_bytes - bytes_of(figures.sheets), threads);
  progress.end();
}

std::vector<Image> read_thumbnails(const std::vector<ImageRef>& images, int side_px, const Location& output, const Manifest& manifest,
                                   int threads, Progress& progress) {
  const Source source{std::vector<std::string>(images.size()), find_input(images, output, manifest, progress), images};
  if (!source.maybe_input) return {};
  std::vector<std::uint32_t> photos(images.size());
  std::iota(photos.begin(), photos.end(), 0);
  progress.begin("thumbnails", photos.size());
  std::vector<Image> thumbnails = make_all(source, photos, side_px, threads, progress);
  progress.end();
  return thumbnails;
}

}  // namespace coulis
