#include "job/output/ranges.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstddef>
#include <utility>

namespace coulis {
namespace {

constexpr std::size_t kMostNumbers = 1'000'000;

// Takes a number off the front of the text.
std::optional<std::uint32_t> take_number(std::string_view& text) {
  std::uint32_t number = 0;
  const auto [next, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(next - text.data()));
  return number;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::string to_ranges(const std::vector<std::uint32_t>& ascending) {
  std::string text;
  for (std::size_t i = 0, end = 0; i < ascending.size(); i = end) {
    end = i + 1;
    while (end < ascending.size() && ascending[end] == ascending[end - 1] + 1) ++end;
    text += fmt::format("{}{}", text.empty() ? "" : ",", ascending[i]);
    if (end - i > 1) text += fmt::format("-{}", ascending[end - 1]);
  }
  return text;
}

std::optional<std::vector<std::uint32_t>> parse_ranges(std::string_view text, std::uint64_t end) {
  std::vector<std::uint32_t> numbers;
  do {
    const std::optional<std::uint32_t> maybe_first = take_number(text);
    const std::optional<std::uint32_t> maybe_last = take(text, '-') ? take_number(text) : maybe_first;
    if (!maybe_first || !maybe_last || *maybe_last < *maybe_first || *maybe_last >= end) return std::nullopt;
    if (!numbers.empty() && *maybe_first <= numbers.back()) return std::nullopt;
    if (numbers.size() + (*maybe_last - *maybe_first) >= kMostNumbers) return std::nullopt;
    for (std::uint64_t number = *maybe_first; number <= *maybe_last; ++number) numbers.push_back(static_cast<std::uint32_t>(number));
  } while (take(text, ','));
  return text.empty() ? std::optional(std::move(numbers)) : std::nullopt;
}

}  // namespace coulis
