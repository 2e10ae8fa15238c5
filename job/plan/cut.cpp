#include "job/plan/cut.hpp"

#include <algorithm>
#include <utility>

#include "job/plan/fingerprint.hpp"

namespace coulis {
namespace {

constexpr std::uint64_t kHeaders = 1024;  // in a tar: a header of 512 bytes, and on average half a block after the photo

class Cutter {
 public:
  Cutter(const ImageList& images, const PlanOptions& options) : images_(images), options_(options) {}

  void add(const ImageRef& image) {
    const std::uint64_t bytes = image.size_bytes + kHeaders;
    if (count_ > 0 && !has_room(bytes)) end_part();  // a part has at least one image
    fingerprint_.add(image);
    ++count_;
    bytes_ += bytes;
  }

  std::vector<Part> parts() && {
    if (count_ > 0) end_part();
    return std::move(parts_);
  }

 private:
  bool has_room(std::uint64_t bytes) const {
    return options_.bytes_per_part == 0 ? count_ < static_cast<std::size_t>(options_.images_per_part)
                                        : bytes_ + bytes <= options_.bytes_per_part;
  }

  void end_part() {
    Part part;
    part.images = images_.slice(first_, count_);
    part.fingerprint = std::exchange(fingerprint_, Fingerprint(options_.settings)).hex();
    parts_.push_back(std::move(part));
    first_ += std::exchange(count_, 0);
    bytes_ = 0;
  }

  const ImageList& images_;
  const PlanOptions& options_;
  std::vector<Part> parts_;
  std::size_t first_ = 0;  // of the part that is being filled
  std::size_t count_ = 0;
  std::uint64_t bytes_ = 0;
  Fingerprint fingerprint_{options_.settings};
};

bool has_lower_number(const Part& a, const Part& b) {
  return a.number < b.number;
}

}  // namespace

std::vector<Part> cut(const ImageList& images, const PlanOptions& options) {
  Cutter cutter(images, options);
  images.for_each([&](const ImageRef& image) { cutter.add(image); });
  return std::move(cutter).parts();
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
