#include "core/decode/coded_size.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace coulis {
namespace {

class Bits {
 public:
  explicit Bits(std::vector<std::uint8_t> bytes) : bytes_(std::move(bytes)) {}

  std::uint32_t read(int count) {  // up to 32 bits; zeros after the end
    std::uint32_t value = 0;
    for (; count > 0; --count, ++at_) {
      const std::size_t byte = at_ / 8;
      const std::uint32_t bit = byte < bytes_.size() ? (bytes_[byte] >> (7 - at_ % 8)) & 1U : 0U;
      value = value << 1U | bit;
    }
    return value;
  }
  bool flag() { return read(1) != 0; }
  void skip(int count) { at_ += static_cast<std::size_t>(count); }

  // Exponential Golomb: zeros, a one, and as many bits as zeros. AV1 calls it uvlc, HEVC ue(v).
  std::uint32_t read_golomb() {
    int zeros = 0;
    while (zeros < 32 && !flag()) ++zeros;
    return zeros >= 32 ? 0xFFFFFFFFU : (1U << static_cast<unsigned>(zeros)) - 1 + read(zeros);
  }

 private:
  std::vector<std::uint8_t> bytes_;
  std::size_t at_ = 0;
};

// Drops the 3 of each 0 0 3, which keeps start codes out of a NAL unit.
std::vector<std::uint8_t> unescape(ByteView nal) {
  std::vector<std::uint8_t> bytes;
  int zeros = 0;
  for (std::size_t i = 0; i < nal.size(); ++i) {
    const std::uint8_t byte = nal.u8(i);
    const bool is_escape = zeros >= 2 && byte == 3;
    zeros = byte == 0 ? zeros + 1 : 0;
    if (!is_escape) bytes.push_back(byte);
  }
  return bytes;
}

// AV1, 5.5: sequence_header_obu().
CodedSize read_sequence_header(ByteView payload) {
  Bits bits({payload.data(), payload.data() + payload.size()});
  bits.skip(3 + 1);   // profile, still_picture
  if (bits.flag()) {  // reduced_still_picture_header
    bits.skip(5);
  } else {
    bool has_decoder_model = false;
    std::uint32_t delay_bits = 0;
    if (bits.flag()) {  // timing_info
      bits.skip(64);
      if (bits.flag()) bits.read_golomb();
      has_decoder_model = bits.flag();
      if (has_decoder_model) {
        delay_bits = bits.read(5) + 1;
        bits.skip(32 + 5 + 5);
      }
    }
    const bool has_display_delay = bits.flag();
    for (std::uint32_t points = bits.read(5) + 1; points > 0; --points) {
      bits.skip(12);
      if (bits.read(5) > 7) bits.skip(1);  // level; then its tier
      if (has_decoder_model && bits.flag()) bits.skip(static_cast<int>(2 * delay_bits + 1));
      if (has_display_delay && bits.flag()) bits.skip(4);
    }
  }
  const int width_bits = static_cast<int>(bits.read(4)) + 1;
  const int height_bits = static_cast<int>(bits.read(4)) + 1;
  const std::int64_t width = bits.read(width_bits);
  return {width + 1, static_cast<std::int64_t>(bits.read(height_bits)) + 1};
}

}  // namespace

// ITU-T H.265, 7.3.2.2
CodedSize read_hevc_size(ByteView sps) {
  constexpr int kProfile = 88, kLevel = 8;  // bits
  Bits bits(unescape(sps));
  bits.skip(16 + 4);                                      // NAL header, video parameter set
  const int sub_layers = static_cast<int>(bits.read(3));  // minus one
  bits.skip(1 + kProfile + kLevel);
  int skipped = 0;
  for (int i = 0; i < sub_layers; ++i) {
    if (bits.flag()) skipped += kProfile;
    if (bits.flag()) skipped += kLevel;
  }
  if (sub_layers > 0) skipped += 2 * (8 - sub_layers);
  bits.skip(skipped);
  bits.read_golomb();                         // its number
  if (bits.read_golomb() == 3) bits.skip(1);  // 4:4:4: are the planes separate?
  const std::int64_t width = bits.read_golomb();
  return {width, bits.read_golomb()};
}

// AV1, 5.3: a header, an extension to it, the size in groups of 7 bits.
CodedSize read_av1_size(ByteView units) {
  constexpr int kSequenceHeader = 1;
  CodedSize largest;
  std::uint64_t at = 0;
  while (units.has(at, 2)) {
    const std::uint8_t header = units.u8(at);
    at += (header & 4) != 0 ? 2 : 1;
    std::uint64_t size = units.size() - std::min<std::uint64_t>(at, units.size());
    if ((header & 2) != 0) {
      size = 0;
      for (unsigned shift = 0; shift < 56; shift += 7) {
        const std::uint8_t byte = units.u8(at++);
        size |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
        if ((byte & 0x80) == 0) break;
      }
    }
    if (!units.has(at, size)) break;
    if ((header >> 3 & 15) == kSequenceHeader) {
      const CodedSize found = read_sequence_header({units.bytes.subspan(at, size)});
      if (found.width * found.height > largest.width * largest.height) largest = found;
    }
    at += size;
  }
  return largest;
}

}  // namespace coulis
