#include <zlib.h>

#include <algorithm>

#include "job/collections/decoder.hpp"
#include "job/collections/member.hpp"
#include "job/collections/packed_input.hpp"

namespace coulis {
namespace {

constexpr int kGzipOnly = 16 + MAX_WBITS;

class GzipDecoder final : public Decoder {
 public:
  explicit GzipDecoder(std::shared_ptr<Ranges> packed) : input_(std::move(packed)) { ready_ = inflateInit2(&stream_, kGzipOnly) == Z_OK; }
  GzipDecoder(const GzipDecoder& other) : input_(other.input_), between_(other.between_) {
    ready_ = other.ready_ && inflateCopy(&stream_, const_cast<z_stream*>(&other.stream_)) == Z_OK;  // zlib does not change it
  }
  GzipDecoder& operator=(const GzipDecoder&) = delete;
  ~GzipDecoder() override {
    if (ready_) inflateEnd(&stream_);
  }

  std::unique_ptr<Decoder> fork() const override { return std::make_unique<GzipDecoder>(*this); }

  Outcome<std::size_t> read(std::span<std::byte> out) override {
    std::size_t filled = 0;
    while (filled < out.size()) {
      if (auto failure = input_.fill()) return *failure;
      const std::span<const std::byte> in = input_.left();
      if (in.empty()) {
        if (between_) break;
        if (filled > 0) break;
        return read_failure(FailureCode::kTruncated, "the archive ends too early: its gzip stream is cut off");
      }
      if (between_ && !begin_stream(in)) break;
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(in.data()));
      stream_.avail_in = static_cast<uInt>(in.size());
      stream_.next_out = reinterpret_cast<Bytef*>(out.data() + filled);
      const auto room = static_cast<uInt>(std::min<std::size_t>(out.size() - filled, 1U << 30U));
      stream_.avail_out = room;
      const int code = ready_ ? inflate(&stream_, Z_NO_FLUSH) : Z_MEM_ERROR;
      input_.take(in.size() - stream_.avail_in);
      filled += room - stream_.avail_out;
      if (code == Z_STREAM_END) between_ = true;
      if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {  // and so it will be for the next call
        if (filled > 0) break;
        return read_failure(FailureCode::kCorrupt, "the archive is damaged: its gzip stream cannot be unpacked");
      }
    }
    return filled;
  }

 private:
  // Streams may follow each other. What else follows, such as zeros, is no part of them.
  bool begin_stream(std::span<const std::byte> in) {
    if (in.front() != std::byte{0x1F} || inflateReset(&stream_) != Z_OK) return false;
    between_ = false;
    return true;
  }

  PackedInput input_;
  z_stream stream_{};
  bool ready_ = false;
  bool between_ = false;  // a stream has ended, and no other has begun
};

}  // namespace

std::unique_ptr<Decoder> decode_gzip(std::shared_ptr<Ranges> packed) {
  return std::make_unique<GzipDecoder>(std::move(packed));
}

}  // namespace coulis
