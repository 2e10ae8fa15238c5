#include <fmt/format.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <optional>

#include "job/collections/decoder.hpp"
#include "job/collections/member.hpp"
#include "job/collections/packed_input.hpp"

namespace coulis {
namespace {

// Frames that want a window of more than 128 MB are refused, as `zstd -d` does.
class ZstdDecoder final : public Decoder {
 public:
  explicit ZstdDecoder(PackedInput input) : input_(std::move(input)), context_(ZSTD_createDCtx(), ZSTD_freeDCtx) {}

  std::unique_ptr<Decoder> fork() const override {
    return between_ ? std::make_unique<ZstdDecoder>(input_) : nullptr;  // frames do not depend on each other
  }

  Outcome<std::size_t> read(std::span<std::byte> out) override {
    if (failed_) return explain(*failed_);
    ZSTD_outBuffer to{out.data(), out.size(), 0};
    while (to.pos < to.size) {
      if (auto failure = input_.fill()) return *failure;
      const std::span<const std::byte> left = input_.left();
      if (left.empty()) {
        if (between_ || to.pos > 0) break;
        const std::size_t before = to.pos;
        ZSTD_inBuffer nothing{nullptr, 0, 0};
        if (!ZSTD_isError(ZSTD_decompressStream(context_.get(), &to, &nothing)) && to.pos > before) continue;
        return read_failure(FailureCode::kTruncated, "the archive ends too early: its zstd stream is cut off");
      }
      ZSTD_inBuffer from{left.data(), left.size(), 0};
      const std::size_t code = ZSTD_decompressStream(context_.get(), &to, &from);
      input_.take(from.pos);
      if (ZSTD_isError(code)) failed_ = code;
      if (failed_ && to.pos > 0) break;
      if (failed_) return explain(*failed_);
      between_ = code == 0;
      if (between_ && to.pos > 0) break;  // here a fork can be made
    }
    return to.pos;
  }

 private:
  static Failure explain(std::size_t code) {
    if (ZSTD_getErrorCode(code) == ZSTD_error_frameParameter_windowTooLarge) {
      return read_failure(FailureCode::kUnsupported,
                          "the archive needs more than 128 MB to be unpacked: pack it without --long or --ultra");
    }
    return read_failure(FailureCode::kCorrupt, fmt::format("the archive is damaged: {}", ZSTD_getErrorName(code)));
  }

  PackedInput input_;
  std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context_;
  bool between_ = true;
  std::optional<std::size_t> failed_;
};

}  // namespace

std::unique_ptr<Decoder> decode_zstd(std::shared_ptr<Ranges> packed) {
  return std::make_unique<ZstdDecoder>(PackedInput(std::move(packed)));
}

}  // namespace coulis
