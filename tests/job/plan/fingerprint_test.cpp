#include <fmt/format.h>
#include <gtest/gtest.h>
#include <xxhash.h>

#include <set>
#include <string>
#include <vector>

#include "job/plan/fingerprint.hpp"

namespace coulis {
namespace {

using Images = std::vector<ImageRef>;

TEST(Fingerprint, IsTheSameForTheSameImagesAndSettings) {
  const Images images = {{"a.jpg", 1, 2}, {"b.jpg", 3, 4}};
  EXPECT_EQ(fingerprint_of("s", images), fingerprint_of("s", Images(images)));
}

// What is committed today must be found again by tomorrow's coulis.
TEST(Fingerprint, IsXxh3OfTheFieldsEachEndedByAZero) {
  using namespace std::string_literals;
  const std::string bytes = "s\0a.jpg\0"s + "12 -3\0"s + "b.jpg\0"s + "0 4\0"s;
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  EXPECT_EQ(fingerprint_of("s", Images{{"a.jpg", 12, -3}, {"b.jpg", 0, 4}}), fmt::format("{:016x}{:016x}", hash.high64, hash.low64));
}

TEST(Fingerprint, ChangesWithEveryField) {
  const std::set<std::string> prints = {
      fingerprint_of("s", Images{{"a", 1, 2}}),
      fingerprint_of("t", Images{{"a", 1, 2}}),
      fingerprint_of("s", Images{{"b", 1, 2}}),
      fingerprint_of("s", Images{{"a", 2, 2}}),
      fingerprint_of("s", Images{{"a", 1, 3}}),
      fingerprint_of("s", Images{{"a", 1, -2}}),
      fingerprint_of("s", {}),
      fingerprint_of("s", Images{{"a", 1, 2}, {"b", 1, 2}}),
      fingerprint_of("s", Images{{"b", 1, 2}, {"a", 1, 2}}),
  };
  EXPECT_EQ(prints.size(), 9U);
}

TEST(Fingerprint, KeepsFieldsApart) {
  EXPECT_NE(fingerprint_of("s", Images{{"a", 12, 3}}), fingerprint_of("s", Images{{"a", 1, 23}}));
  EXPECT_NE(fingerprint_of("s", Images{{"a1", 2, 3}}), fingerprint_of("s", Images{{"a", 12, 3}}));
  EXPECT_NE(fingerprint_of("sa", Images{{"b", 1, 2}}), fingerprint_of("s", Images{{"ab", 1, 2}}));
}

TEST(HashOfAListing, DependsOnEveryImageAndNotOnTheThreads) {
  Images images;
  for (int i = 0; i < 40'000; ++i) images.push_back({fmt::format("{:06}.jpg", i), 1, 2});
  const std::string hash = hash_of(Images(images), 1);
  EXPECT_EQ(hash.size(), 32U);
  EXPECT_EQ(hash, hash_of(Images(images), 3));
  for (const std::size_t changed : {0U, 16'383U, 16'384U, 39'999U}) {
    Images others = images;
    others[changed].size_bytes = 3;
    EXPECT_NE(hash, hash_of(others, 3)) << changed;
  }
  images.pop_back();
  EXPECT_NE(hash, hash_of(images, 3));
}

}  // namespace
}  // namespace coulis
