#include "job/listing/image_blocks.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace coulis {
namespace {

enum Flag : std::uint8_t { kHasEtag = 1, kMd5Etag = 2, kHasLabel = 4, kLabelAsBefore = 8, kHasPlace = 16 };

constexpr std::size_t kMd5Digits = 32;
constexpr std::string_view kHexDigits = "0123456789abcdef";

bool is_md5(std::string_view etag) {
  return etag.size() == kMd5Digits && etag.find_first_not_of(kHexDigits) == std::string_view::npos;
}

class Writer {
 public:
  void byte(std::uint8_t value) { bytes_.push_back(static_cast<char>(value)); }
  void number(std::uint64_t value) {  // 7 bits a byte, low ones first
    for (; value >= 0x80; value >>= 7U) byte(static_cast<std::uint8_t>(value | 0x80U));
    byte(static_cast<std::uint8_t>(value));
  }
  void signed_number(std::int64_t value) { number(static_cast<std::uint64_t>(value) << 1U ^ static_cast<std::uint64_t>(value >> 63)); }
  void text(std::string_view text) {
    number(text.size());
    bytes_.append(text);
  }
  void hex(std::string_view digits) {
    for (std::size_t i = 0; i < digits.size(); i += 2) byte(static_cast<std::uint8_t>(value_of(digits[i]) << 4U | value_of(digits[i + 1])));
  }
  const std::string& bytes() const { return bytes_; }

 private:
  static unsigned value_of(char digit) { return static_cast<unsigned>(digit <= '9' ? digit - '0' : digit - 'a' + 10); }

  std::string bytes_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  std::uint8_t byte() { return static_cast<std::uint8_t>(bytes_[at_++]); }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const std::uint64_t next = byte();
      value |= (next & 0x7FU) << shift;
      if (next < 0x80) return value;
    }
  }
  std::int64_t signed_number() {
    const std::uint64_t value = number();
    return static_cast<std::int64_t>(value >> 1U ^ (0 - (value & 1U)));
  }
  std::string_view text() {
    const std::size_t size = number();
    at_ += size;
    return bytes_.substr(at_ - size, size);
  }
  void hex(std::string& digits) {
    for (std::size_t i = 0; i < kMd5Digits; i += 2) {
      const unsigned value = byte();
      digits += kHexDigits[value >> 4U];
      digits += kHexDigits[value & 0xFU];
    }
  }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

std::size_t shared_beginning(std::string_view a, std::string_view b) {
  return static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
}

std::uint8_t flags_of(const ImageRef& image, const ImageRef& before) {
  unsigned flags = 0;
  if (!image.etag.empty()) flags |= kHasEtag;
  if (is_md5(image.etag)) flags |= kMd5Etag;
  if (image.label) flags |= kHasLabel;
  if (image.label && same_label(image, before)) flags |= kLabelAsBefore;
  if (image.place.container) flags |= kHasPlace;
  return static_cast<std::uint8_t>(flags);
}

void write_image(const ImageRef& image, const ImageRef& before, std::uint32_t container, Writer& out) {
  const std::uint8_t flags = flags_of(image, before);
  const std::size_t shared = shared_beginning(before.key, image.key);
  out.byte(flags);
  out.number(shared);
  out.text(std::string_view(image.key).substr(shared));
  out.number(image.size_bytes);
  out.signed_number(static_cast<std::int64_t>(static_cast<std::uint64_t>(image.mtime_ns) - static_cast<std::uint64_t>(before.mtime_ns)));
  if ((flags & kMd5Etag) != 0) {
    out.hex(image.etag);
  } else if ((flags & kHasEtag) != 0) {
    out.text(image.etag);
  }
  if ((flags & kHasLabel) != 0 && (flags & kLabelAsBefore) == 0) out.text(*image.label);
  if ((flags & kHasPlace) == 0) return;
  out.number(container);
  out.number(image.place.offset);
  out.number(image.place.stored_bytes);
  out.number(image.place.checksum);
  out.byte(image.place.packing);
}

// Gives the number of its container. `image` may hold what an earlier block left.
std::uint32_t read_image(Reader& in, const ImageRef& before, ImageRef& image) {
  const std::uint8_t flags = in.byte();
  const std::size_t shared = in.number();
  image.key.assign(before.key, 0, shared).append(in.text());
  image.size_bytes = in.number();
  image.mtime_ns = static_cast<std::int64_t>(static_cast<std::uint64_t>(before.mtime_ns) + static_cast<std::uint64_t>(in.signed_number()));
  image.etag.clear();
  if ((flags & kMd5Etag) != 0) {
    in.hex(image.etag);
  } else if ((flags & kHasEtag) != 0) {
    image.etag = in.text();
  }
  if ((flags & kHasLabel) == 0) {
    image.label.reset();
  } else {
    image.label = (flags & kLabelAsBefore) != 0 ? before.label : std::make_shared<const std::string>(in.text());
  }
  image.place = {};
  if ((flags & kHasPlace) == 0) return 0;
  const auto container = static_cast<std::uint32_t>(in.number());
  image.place.offset = in.number();
  image.place.stored_bytes = in.number();
  image.place.checksum = static_cast<std::uint32_t>(in.number());
  image.place.packing = in.byte();
  return container + 1;
}

}  // namespace

bool same_label(const ImageRef& a, const ImageRef& b) {
  return a.label == b.label || (a.label && b.label && *a.label == *b.label);
}

std::uint32_t ImageBlocks::number_of(const std::shared_ptr<const Entry>& container) {
  if (!container) return 0;
  const auto [found, is_new] = container_numbers_.emplace(container.get(), static_cast<std::uint32_t>(containers_.size()));
  if (is_new) containers_.push_back(container);
  return found->second;
}

void ImageBlocks::append(std::span<const ImageRef> images) {
  while (!images.empty()) {
    const std::span<const ImageRef> block = images.first(std::min(images.size(), kImagesPerBlock));
    Writer out;
    const ImageRef none;
    const ImageRef* before = &none;
    for (const ImageRef& image : block) {
      write_image(image, *before, number_of(image.place.container), out);
      before = &image;
    }
    blocks_.push_back({file_->size(), static_cast<std::uint32_t>(out.bytes().size()), static_cast<std::uint32_t>(block.size())});
    file_->append(out.bytes());
    size_ += block.size();
    images = images.subspan(block.size());
  }
}

void ImageBlocks::read(std::size_t block, std::vector<ImageRef>& images) const {
  const Block& place = blocks_.at(block);
  std::string bytes(place.bytes, '\0');
  file_->read(place.offset, bytes);
  images.resize(place.images);
  Reader in(bytes);
  const ImageRef none;
  const ImageRef* before = &none;
  for (ImageRef& image : images) {
    const std::uint32_t container = read_image(in, *before, image);
    if (container != 0) image.place.container = containers_[container - 1];
    before = &image;
  }
}

}  // namespace coulis
