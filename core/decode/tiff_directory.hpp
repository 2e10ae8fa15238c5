// TiffDirectory: the tags of the first directory of a TIFF, or of
// EXIF, as Pillow reads them: an entry that makes no sense is skipped.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>

#include "core/base/byte_view.hpp"

namespace coulis {

constexpr int kTiffOrientation = 274;
constexpr int kTiffXmp = 700;

struct TiffTag {
  std::uint16_t type = 0;
  ByteView bytes;  // of whole values, at least one

  bool is_bytes() const;  // BYTE, ASCII or UNDEFINED: never a number
  bool is_byte() const;
  bool is_text() const;
  bool is_integer() const;
  std::size_t count() const;
  double value(std::size_t i) const;  // a byte counts as a number here
};

// BigTIFF has wider numbers. Empty if the bytes do not begin like a TIFF.
struct TiffHeader {
  ByteView file;  // with its byte order
  bool is_big = false;
};
std::optional<TiffHeader> read_tiff_header(ByteView file);

class TiffDirectory {
 public:
  explicit TiffDirectory(const TiffHeader& header);

  const TiffTag* find(int tag) const;
  // The value of a tag, the first if there are several. NaN for what is not a number.
  double number(int tag, double if_missing = std::numeric_limits<double>::quiet_NaN()) const;
  bool is_cut() const { return is_cut_; }  // it, or a value that it points to, lies beyond the end

 private:
  std::map<int, TiffTag> tags_;
  bool is_cut_ = true;
};

}  // namespace coulis
