// Ascending numbers as a short text: "0-17,20".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coulis {

std::string to_ranges(const std::vector<std::uint32_t>& ascending);

// Empty for a text that is not such a list, or that names `end` or more. Refuses more than a million numbers.
std::optional<std::vector<std::uint32_t>> parse_ranges(std::string_view text, std::uint64_t end);

}  // namespace coulis
