// Ascending numbers as a short text: "0-17,20".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coulis {

std::string to_ranges(const std::vector<std::uint32_t>& ascending);

// Nothing for a text that is no such list, or that names `end` or more. Nobody may make us hold more than a million numbers.
std::optional<std::vector<std::uint32_t>> parse_ranges(std::string_view text, std::uint64_t end);

}  // namespace coulis
