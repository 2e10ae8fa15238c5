#include "job/storage/s3/page_span.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace coulis::s3 {
namespace {

PageSpan span_of_names(const std::function<std::string(int)>& name, int first = 0) {
  std::vector<Entry> page;
  for (int i = first; i < first + 1000; ++i) page.push_back({name(i)});
  return span_of(page);
}

TEST(PageSpan, CountsOnInTheNumbersOfNames) {
  const auto name = [](int i) { return fmt::format("photos/img_{:07}.jpg", i); };
  const PageSpan span = span_of_names(name, 1500);
  EXPECT_EQ(span.alphabet, "0123456789");
  const std::string ahead = key_ahead(span, span.last, 8000, "photos/").value();
  EXPECT_GT(ahead, name(10'400));
  EXPECT_LT(ahead, name(10'600));
}

TEST(PageSpan, CarriesOverWhatSeparatesDigits) {
  const PageSpan span = span_of_names([](int i) { return fmt::format("2026-11-{:02}_{:03}.jpg", 10 + i / 100, i % 100); });
  EXPECT_EQ(key_ahead(span, span.last, 1000, "").value().substr(0, 9), "2026-11-2");
  EXPECT_EQ(key_ahead(span, span.last, 100'000, "").value().substr(0, 7), "2026-20");
}

TEST(PageSpan, CountsHashesInHex) {
  const PageSpan span = span_of_names([](int i) { return fmt::format("{:08x}.jpg", 0x10000000U + 500'000U * static_cast<unsigned>(i)); });
  EXPECT_EQ(span.alphabet, "0123456789abcdef");
  EXPECT_EQ(key_ahead(span, span.last, 1000, "").value().substr(0, 2), "4b");
}

TEST(PageSpan, GuessesNothingInOtherFolders) {
  const PageSpan span = span_of_names([](int i) { return fmt::format("a/{:03}.jpg", i); });
  EXPECT_FALSE(key_ahead(span, span.last, 8000, ""));
  EXPECT_FALSE(key_ahead(span_of_names([](int) { return std::string("same"); }), "same", 1, ""));
  EXPECT_FALSE(key_ahead(PageSpan(), "a", 1, ""));
}

TEST(PageSpan, CutsNoCharacterInTwo) {
  const PageSpan span = span_of(std::vector<Entry>{{"größe-東京"}, {"größe-東亰"}, {"größe-東邦"}});
  EXPECT_EQ(span.common, std::string("größe-東").size());
}

}  // namespace
}  // namespace coulis::s3
