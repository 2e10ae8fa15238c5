#include "core/decode/decode.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstring>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "core/decode/orientation.hpp"
#include "core/decode/turn.hpp"
#include "tests/core/decode/test_images.hpp"

namespace coulis {
namespace {

Bytes bytes_of(std::string_view text) {
  Bytes bytes(text.size());
  std::memcpy(bytes.data(), text.data(), text.size());
  return bytes;
}

TEST(sniff_format, finds_each_format_by_its_first_bytes) {
  using namespace std::string_view_literals;
  EXPECT_EQ(sniff_format(bytes_of("\xFF\xD8\xFF\xE0")), Format::kJpeg);
  EXPECT_EQ(sniff_format(bytes_of("\x89PNG\r\n\x1A\n")), Format::kPng);
  EXPECT_EQ(sniff_format(bytes_of("RIFF....WEBPVP8 ")), Format::kWebp);
  EXPECT_EQ(sniff_format(bytes_of("GIF89a")), Format::kGif);
  EXPECT_EQ(sniff_format(bytes_of("BM")), Format::kBmp);
  EXPECT_EQ(sniff_format(bytes_of("II*\0"sv)), Format::kTiff);
  EXPECT_EQ(sniff_format(bytes_of("MM\0*"sv)), Format::kTiff);
  EXPECT_EQ(sniff_format(bytes_of("\0\0\0\x18"
                                  "ftypheic"sv)),
            Format::kHeif);
  EXPECT_EQ(sniff_format(bytes_of("\0\0\0\x18"
                                  "ftypmif1\0\0\0\0miafavif"sv)),
            Format::kAvif);
  EXPECT_EQ(sniff_format(bytes_of("\xFF\x0A"sv)), Format::kJxl);
  EXPECT_EQ(sniff_format(bytes_of("\0\0\0\x0CJXL \r\n\x87\n"sv)), Format::kJxl);
  EXPECT_EQ(sniff_format(bytes_of("\0\0\0\x18"
                                  "ftypisom"sv)),
            std::nullopt);
  EXPECT_EQ(sniff_format(bytes_of("RIFF....WAVE")), std::nullopt);
  EXPECT_EQ(sniff_format({}), std::nullopt);
}

TEST(decode, refuses_no_bytes_as_empty) {
  const Outcome<Image> outcome = decode({});
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.failure().code, FailureCode::kEmpty);
  EXPECT_EQ(outcome.failure().stage, Stage::kDecode);
}

TEST(decode, refuses_more_pixels_than_max_pixels_and_reads_as_many) {
  for (const fs::path& path : list_files("good")) {
    const Bytes bytes = read_file(path);
    const Outcome<Image> whole = decode(bytes);
    ASSERT_TRUE(whole.ok()) << path << ": " << whole.failure().message;
    const std::int64_t pixels = std::int64_t{whole.value().width()} * whole.value().height();
    EXPECT_TRUE(decode(bytes, {.max_pixels = pixels}).ok()) << path;
    const Outcome<Image> refused = decode(bytes, {.max_pixels = pixels - 1});
    ASSERT_FALSE(refused.ok()) << path;
    EXPECT_EQ(refused.failure().code, FailureCode::kTooLarge) << path;
  }
}

TEST(decode, survives_every_bad_file) {
  for (const fs::path& path : list_files("bad")) {
    const Outcome<Image> outcome = decode(read_file(path), {.exif_orientation = true});
    if (!outcome.ok()) {
      EXPECT_FALSE(outcome.failure().message.empty()) << path;
    }
  }
}

// A small sample, for every build; tests/fuzz/mutants.cpp has the many.
TEST(decode, survives_flipped_bits) {
  std::mt19937 random(1);
  for (const fs::path& path : list_files("good")) {
    const Bytes bytes = read_file(path);
    for (int i = 0; i < 100; ++i) {
      Bytes mutant = bytes;
      for (unsigned flips = 1 + random() % 8; flips > 0; --flips) mutant[random() % mutant.size()] ^= std::byte(1U << random() % 8);
      const Outcome<Image> outcome = decode(mutant, {.max_pixels = 1'000'000, .exif_orientation = true});
      if (outcome.ok()) {
        EXPECT_LE(outcome.value().size_bytes(), 3'000'000U);
      }
    }
  }
}

TEST(decode, gives_the_same_from_many_threads_at_once) {
  std::vector<Bytes> files;
  for (const char* folder : {"good", "bad"}) {
    for (const fs::path& path : list_files(folder)) files.push_back(read_file(path));
  }
  std::array<std::thread, 4> threads;
  std::atomic<int> differences = 0;
  for (std::thread& thread : threads) {
    thread = std::thread([&] {
      for (const Bytes& bytes : files) {
        const Outcome<Image> first = decode(bytes);
        const Outcome<Image> second = decode(bytes);
        const bool same = first.ok() ? second.ok() && equal(first.value(), second.value()) : !second.ok();
        if (!same) ++differences;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(differences, 0);
}

TEST(turn, moves_each_pixel_as_exif_says) {
  // a b c      stored image, one letter a pixel
  // d e f
  const std::string stored = "abcdef";
  const std::vector<std::string> turned = {"abcdef", "cbafed", "fedcba", "defabc", "adbecf", "daebfc", "fcebda", "cfbead"};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    Image image(3, 2);
    for (std::size_t i = 0; i < stored.size(); ++i) std::memset(image.data() + 3 * i, stored[i], 3);
    const Image result = turn(std::move(image), orientation);
    EXPECT_EQ(result.width(), orientation >= 5 ? 2 : 3);
    std::string pixels;
    for (std::size_t i = 0; i < stored.size(); ++i) pixels += static_cast<char>(result.data()[3 * i]);
    EXPECT_EQ(pixels, turned[static_cast<std::size_t>(orientation - 1)]) << "orientation " << orientation;
  }
}

TEST(find_orientation, reads_the_exif_of_a_jpeg_and_survives_a_broken_one) {
  const Bytes bytes = read_file(fs::path(COULIS_DECODE_FILES) / "good" / "exif_6.jpg");
  EXPECT_EQ(find_orientation(bytes, Format::kJpeg), 6);
  for (std::size_t size = 0; size < 100; ++size) {
    const Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    const int orientation = find_orientation(cut, Format::kJpeg);
    EXPECT_TRUE(orientation == 1 || orientation == 6);
  }
}

}  // namespace
}  // namespace coulis
