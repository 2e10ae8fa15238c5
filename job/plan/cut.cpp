#include "job/plan/cut.hpp"

#include <algorithm>
#include <utility>

#include "job/plan/fingerprint.hpp"
#include "job/threads/workers.hpp"

namespace coulis {
namespace {

constexpr std::size_t kImagesPerGroup = 8 * kImagesPerBlock;  // that a thread reads at once: a block may hold many small parts
constexpr std::uint64_t kHeaders = 1024;  // in a tar: a header of 512 bytes, and on average half a block after the photo

// Where each part ends: after images_per_part images, or before the image whose bytes have no room.
std::vector<std::size_t> find_ends(const ImageList& images, const PlanOptions& options) {
  std::vector<std::size_t> ends;
  if (options.bytes_per_part == 0) {
    const auto step = static_cast<std::size_t>(options.images_per_part);
    for (std::size_t end = step; end < images.size(); end += step) ends.push_back(end);
  } else {
    std::uint64_t part_bytes = 0;
    std::size_t next = 0;
    images.for_each([&](const ImageRef& image) {
      const std::uint64_t bytes = image.size_bytes + kHeaders;
      if (part_bytes > 0 && part_bytes + bytes > options.bytes_per_part) {  // a part has at least one image
        ends.push_back(next);
        part_bytes = 0;
      }
      part_bytes += bytes;
      ++next;
    });
  }
  if (!images.empty()) ends.push_back(images.size());
  return ends;
}

bool has_lower_number(const Part& a, const Part& b) {
  return a.number < b.number;
}

}  // namespace

std::vector<Part> cut(const ImageList& images, const PlanOptions& options) {
  const std::vector<std::size_t> ends = find_ends(images, options);
  std::vector<Part> parts(ends.size());
  const std::size_t groups = std::min(parts.size(), images.size() / kImagesPerGroup + 1);
  for_each_parallel(options.threads, groups, [&](std::size_t group) {
    const std::size_t last = (group + 1) * parts.size() / groups;
    std::size_t part = group * parts.size() / groups;
    std::size_t first = part == 0 ? 0 : ends[part - 1];
    ImageCursor cursor(images.slice(first, ends[last - 1] - first));
    for (; part < last; ++part) {
      Fingerprint fingerprint(options.settings);
      for (std::size_t i = first; i < ends[part]; ++i) fingerprint.add(*cursor.next());
      parts[part].images = images.slice(first, ends[part] - first);
      parts[part].fingerprint = fingerprint.hex();
      first = ends[part];
    }
  });
  return parts;
}

void append_new_parts(std::vector<Part>& parts, std::vector<Part> new_parts, std::string_view reason) {
  const std::size_t earlier = parts.size();
  std::uint64_t number = 0;
  std::size_t next = 0;  // of the earlier parts
  for (Part& part : new_parts) {
    while (next < earlier && parts[next].number == number) {
      ++next;
      ++number;
    }
    part.number = number++;
    part.reason = reason;
    parts.push_back(std::move(part));
  }
  std::inplace_merge(parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(earlier), parts.end(), has_lower_number);
}

}  // namespace coulis
