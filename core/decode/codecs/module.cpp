// The module's one symbol: its functions.
#include "core/decode/codecs.hpp"
#include "core/decode/codecs/avif.hpp"
#include "core/decode/codecs/heif.hpp"
#include "core/decode/codecs/jxl.hpp"

extern "C" __attribute__((visibility("default"))) const coulis::Codecs coulis_codecs;

const coulis::Codecs coulis_codecs = {
    coulis::decode_heif, coulis::decode_avif, coulis::decode_jxl_pixels, coulis::unpack_jpeg, coulis::reads_hevc, coulis::reads_av1,
};
