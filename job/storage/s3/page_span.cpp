#include "job/storage/s3/page_span.hpp"

#include <algorithm>
#include <cmath>

namespace coulis::s3 {
namespace {

constexpr std::size_t kDigits = 8;  // behind the common bytes that are counted
constexpr std::size_t kSampled = 16;
constexpr std::string_view kAll = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
// The smallest that has all letters is taken.
constexpr std::string_view kAlphabets[] = {"0123456789",
                                           "0123456789abcdef",
                                           "0123456789ABCDEF",
                                           "abcdefghijklmnopqrstuvwxyz",
                                           "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
                                           "0123456789abcdefghijklmnopqrstuvwxyz",
                                           "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
                                           kAll};

bool is_inside_a_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80;  // UTF-8
}

std::size_t common_bytes(std::string_view a, std::string_view b) {
  auto common = static_cast<std::size_t>(std::mismatch(a.begin(), a.begin() + std::min(a.size(), b.size()), b.begin()).first - a.begin());
  while (common > 0 && ((common < a.size() && is_inside_a_character(a[common])) || (common < b.size() && is_inside_a_character(b[common]))))
    --common;
  return common;
}

// The part of a name that counts: not its ending, nor what lies below a folder.
std::string_view counted_part(std::string_view key, std::size_t begin) {
  const std::size_t dot = key.rfind('.');
  key = key.substr(0, dot == std::string_view::npos || dot < begin ? key.size() : dot).substr(begin, kDigits);
  return key.substr(0, key.find('/'));
}

std::string_view alphabet_of(const std::vector<Entry>& page, std::size_t common) {
  std::string seen;
  const std::size_t stride = std::max<std::size_t>(1, page.size() / kSampled);
  for (std::size_t i = 0; i < page.size(); i += stride) {
    for (const char c : counted_part(page[i].key, common)) {
      if (kAll.find(c) != std::string_view::npos) seen += c;
    }
  }
  for (const std::string_view alphabet : kAlphabets) {
    if (seen.find_first_not_of(alphabet) == std::string::npos) return alphabet;
  }
  return kAll;
}

std::size_t count_folders(const std::vector<Entry>& page) {
  std::size_t count = 0;
  std::string_view last = "/";  // none is called so
  for (const Entry& entry : page) {
    const std::string_view folder = folder_of_key(entry.key);
    if (folder != last) ++count;
    last = folder;
  }
  return count;
}

// As a number whose first digit is that at `begin`.
double number_at(std::string_view key, std::size_t begin, std::string_view alphabet) {
  const auto radix = static_cast<double>(alphabet.size());
  double number = 0;
  double place = 1;
  for (std::size_t i = begin; i < std::min(key.size(), begin + kDigits); ++i, place /= radix) {
    const auto digit = std::lower_bound(alphabet.begin(), alphabet.end(), key[i],
                                        [](char a, char b) { return static_cast<unsigned char>(a) < static_cast<unsigned char>(b); });
    number += place * std::min(static_cast<double>(digit - alphabet.begin()), radix - 1);
  }
  return number;
}

// Adds to the digits before `end`; false if they do not suffice.
bool carry_into(std::string& key, std::size_t end, std::size_t carry, std::string_view alphabet, std::size_t prefix_size) {
  for (std::size_t i = end; carry > 0 && i > prefix_size; --i) {
    if (key[i - 1] == '/') return false;
    const std::size_t digit = alphabet.find(key[i - 1]);
    if (digit == std::string_view::npos) continue;  // "2026-11-30": what separates the digits
    key[i - 1] = alphabet[(digit + carry) % alphabet.size()];
    carry = (digit + carry) / alphabet.size();
  }
  return carry == 0;
}

}  // namespace

std::string_view folder_of_key(std::string_view key) {
  return key.substr(0, key.rfind('/') + 1);
}

PageSpan span_of(const std::vector<Entry>& page) {
  if (page.empty()) return {};
  PageSpan span{page.front().key, page.back().key, page.size(), count_folders(page), common_bytes(page.front().key, page.back().key)};
  span.alphabet = alphabet_of(page, span.common);
  return span;
}

std::optional<std::string> key_ahead(const PageSpan& span, const std::string& from, std::size_t keys, std::string_view prefix) {
  const std::size_t begin = span.common;
  if (span.keys < 2 || begin < prefix.size() || from.size() < begin) return std::nullopt;
  const auto radix = static_cast<double>(span.alphabet.size());
  const double step = number_at(span.last, begin, span.alphabet) - number_at(span.first, begin, span.alphabet);
  if (step <= 0) return std::nullopt;
  double number = number_at(from, begin, span.alphabet) + step / static_cast<double>(span.keys - 1) * static_cast<double>(keys);
  std::string key = from.substr(0, begin);
  const double carry = std::floor(number / radix);
  if (carry > 1e15 || !carry_into(key, begin, static_cast<std::size_t>(carry), span.alphabet, prefix.size())) return std::nullopt;
  number -= carry * radix;
  for (std::size_t i = 0; i < kDigits; ++i) {
    const double digit = std::clamp(std::floor(number), 0.0, radix - 1);
    key += span.alphabet[static_cast<std::size_t>(digit)];
    number = (number - digit) * radix;
  }
  return key;
}

}  // namespace coulis::s3
