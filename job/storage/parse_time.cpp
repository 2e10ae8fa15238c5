#include "job/storage/parse_time.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace coulis {

std::int64_t parse_time_ns(std::string_view text) {
  constexpr std::string_view kForm = "0000-00-00T00:00:00";
  if (text.size() < kForm.size()) return 0;
  const auto number = [&](std::size_t at, std::size_t digits) {
    int value = 0;
    std::from_chars(text.data() + at, text.data() + std::min(at + digits, text.size()), value);
    return value;
  };
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    const bool is_digit = text[i] >= '0' && text[i] <= '9';
    if (kForm[i] == '0' ? !is_digit : text[i] != kForm[i] && text[i] != ' ') return 0;
  }
  const std::chrono::sys_days date{std::chrono::year{number(0, 4)} / number(5, 2) / number(8, 2)};
  const auto time = date + std::chrono::hours{number(11, 2)} + std::chrono::minutes{number(14, 2)} + std::chrono::seconds{number(17, 2)} +
                    std::chrono::milliseconds{text.substr(19, 1) == "." ? number(20, 3) : 0};
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

}  // namespace coulis
