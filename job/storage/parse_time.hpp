// parse_time_ns: a time as S3 and Arrow write it.
#pragma once

#include <cstdint>
#include <string_view>

namespace coulis {

// "2026-11-22T09:38:05.000Z", "2026-11-22 09:38:05" -> nanoseconds since 1970; 0 if it is none.
std::int64_t parse_time_ns(std::string_view text);

}  // namespace coulis
