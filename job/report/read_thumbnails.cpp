#include "job/report/read_thumbnails.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <span>
#include <utility>

#include "core/base/error.hpp"
#include "core/decode/decode.hpp"
#include "job/threads/workers.hpp"

namespace coulis {
namespace {

constexpr int kLargeSide_px = 96;
constexpr int kSmallSide_px = 48;
constexpr std::size_t kLargeSheets_bytes = 900'000;
constexpr std::size_t kAllSheets_bytes = 2'000'000;
constexpr std::size_t kFirstPhotos = 12;
constexpr int kMostRequests = 32;  // at a time: there are few photos
constexpr std::uint64_t kLeastRead_bytes = std::uint64_t{256} << 20;
constexpr std::uint64_t kMostRead_bytes = std::uint64_t{2} << 30;

// What reading photos again may cost: a tenth of the input, so that a run of large photos takes little longer.
std::uint64_t bytes_to_read(const Manifest& manifest) {
  return std::clamp(manifest.listed_bytes / 10, kLeastRead_bytes, kMostRead_bytes);
}

// As many as the budget allows, spread evenly; takes them off the budget.
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

// Nothing for a photo that cannot be read any more.
Image read_thumbnail(const Location& input, const ImageRef& image, int side_px) {
  const Outcome<Bytes> bytes = input.get(image.key);
  if (!bytes || bytes.value().size() != image.size_bytes) return {};
  const Outcome<Image> photo = decode(bytes.value(), {.exif_orientation = true});  // upright: for people
  return photo ? make_thumbnail(photo.value().view(), side_px) : Image();
}

class ThumbnailReader {
 public:
  ThumbnailReader(const Location& input, const std::vector<ImageRef>& images, int threads, Progress& progress)
      : input_(input),
        images_(images),
        threads_(std::max(threads, std::min(input.traits().useful_requests, kMostRequests))),
        progress_(progress) {}

  std::vector<Image> read(const std::vector<std::uint32_t>& photos, int side_px) const {
    std::vector<Image> thumbnails(photos.size());
    for_each_parallel(threads_, photos.size(), [&](std::size_t i) {
      thumbnails[i] = read_thumbnail(input_, images_[photos[i]], side_px);
      progress_.advance(1, 0);
    });
    return thumbnails;
  }

  // The sheets of those photos that can be read; adds them to the figures.
  void add_sheets(Figures& figures, const std::vector<std::uint32_t>& photos, int side_px, std::size_t max_bytes) const {
    std::vector<Image> thumbnails = read(photos, side_px);
    std::vector<Image> readable;
    std::vector<std::uint32_t> names;
    for (std::size_t i = 0; i < photos.size(); ++i) {
      if (thumbnails[i].width() == 0) continue;
      readable.push_back(std::move(thumbnails[i]));
      names.push_back(photos[i]);
    }
    std::size_t on_sheets = 0;
    for (Sheet& sheet : make_sheets(readable, side_px, max_bytes)) {
      on_sheets += sheet.photos;
      figures.sheets.push_back(std::move(sheet));
    }
    figures.sheet_photos.insert(figures.sheet_photos.end(), names.begin(), names.begin() + static_cast<std::ptrdiff_t>(on_sheets));
  }

 private:
  const Location& input_;
  const std::vector<ImageRef>& images_;
  int threads_;
  Progress& progress_;
};

bool is_readable(const Location& input, const std::vector<ImageRef>& images) {
  const std::size_t count = std::min(kFirstPhotos, images.size());
  return std::any_of(images.begin(), images.begin() + static_cast<std::ptrdiff_t>(count),
                     [&](const ImageRef& image) { return input.get(image.key).ok(); });
}

std::size_t bytes_of(const std::vector<Sheet>& sheets) {
  std::size_t bytes = 0;
  for (const Sheet& sheet : sheets) bytes += sheet.jpeg.size();
  return bytes;
}

void read_from(const Location& input, Figures& figures, const std::vector<ImageRef>& images, const Manifest& manifest, int threads,
               Progress& progress) {
  std::uint64_t budget_bytes = bytes_to_read(manifest);
  const std::vector<std::uint32_t> large = photos_shown_large(figures);
  std::vector<char> is_large(images.size(), 0);
  for (const std::uint32_t photo : large) is_large[photo] = 1;
  std::vector<std::uint32_t> small;
  for (std::uint32_t photo = 0; photo < images.size(); ++photo) {
    if (is_large[photo] == 0) small.push_back(photo);
  }
  const std::vector<std::uint32_t> large_read = choose_affordable(large, images, budget_bytes);
  const std::vector<std::uint32_t> small_read = choose_affordable(small, images, budget_bytes);
  progress.begin("thumbnails", large_read.size() + small_read.size());
  const ThumbnailReader reader(input, images, threads, progress);
  reader.add_sheets(figures, large_read, kLargeSide_px, kLargeSheets_bytes);
  reader.add_sheets(figures, small_read, kSmallSide_px, kAllSheets_bytes - bytes_of(figures.sheets));
  progress.end();
}

// read(input), unless the photos are gone.
void read_if_there(const std::vector<ImageRef>& images, const Location& output, const Manifest& manifest, Progress& progress,
                   const std::function<void(const Location& input)>& read) {
  try {
    const Location input = output.another(raw_name(manifest.input));
    if (is_readable(input, images)) {
      read(input);
      return;
    }
    progress.warn(fmt::format("there are no thumbnails: the photos in {} cannot be read", manifest.input));
  } catch (const Error& e) {  // a bucket that refuses us costs the pictures, not the run
    if (e.code() != ErrorCode::kStorage && e.code() != ErrorCode::kUsage) throw;
    progress.warn(fmt::format("there are no thumbnails: {}", e.what()));
  }
}

}  // namespace

void add_thumbnails(Figures& figures, const std::vector<ImageRef>& images, const Location& output, const Manifest& manifest, int threads,
                    Progress& progress) {
  read_if_there(images, output, manifest, progress,
                [&](const Location& input) { read_from(input, figures, images, manifest, threads, progress); });
}

std::vector<Image> read_thumbnails(const std::vector<ImageRef>& images, int side_px, const Location& output, const Manifest& manifest,
                                   int threads, Progress& progress) {
  std::vector<std::uint32_t> photos(images.size());
  std::iota(photos.begin(), photos.end(), 0);
  std::vector<Image> thumbnails;
  read_if_there(images, output, manifest, progress, [&](const Location& input) {
    progress.begin("thumbnails", photos.size());
    thumbnails = ThumbnailReader(input, images, threads, progress).read(photos, side_px);
    progress.end();
  });
  return thumbnails;
}

}  // namespace coulis
