#include "job/storage/s3/etag.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/job/temporary_folder.hpp"

namespace coulis::s3 {
namespace {

constexpr const char* kMd5OfHello = "\"5d41402abc4b2a76b9719d911017c592\"";

HttpReply reply_with(std::string_view text, const std::string& etag) {
  HttpReply reply;
  reply.status = 200;
  reply.body = to_bytes(text);
  reply.headers = {{"etag", etag}};
  return reply;
}

TEST(Etag, ShowsAFlippedByte) {
  EXPECT_EQ(compare_etag(reply_with("hello", kMd5OfHello)), Fit::kFits);
  EXPECT_EQ(compare_etag(reply_with("hellp", kMd5OfHello)), Fit::kDiffers);
}

TEST(Etag, IsNoChecksumOfAnObjectPutInPartsOrEncryptedWithAKey) {
  EXPECT_EQ(compare_etag(reply_with("hellp", "\"5d41402abc4b2a76b9719d911017c592-3\"")), Fit::kUnknown);
  EXPECT_EQ(compare_etag(reply_with("hellp", "")), Fit::kUnknown);
  EXPECT_EQ(compare_etag(reply_with("hellp", "\"not hexadecimal, but thirty-two c\"")), Fit::kUnknown);
  HttpReply kms = reply_with("hellp", kMd5OfHello);
  kms.headers.emplace_back("x-amz-server-side-encryption", "aws:kms");
  EXPECT_EQ(compare_etag(kms), Fit::kUnknown);
  HttpReply own_key = reply_with("hellp", kMd5OfHello);
  own_key.headers.emplace_back("x-amz-server-side-encryption-customer-algorithm", "AES256");
  EXPECT_EQ(compare_etag(own_key), Fit::kUnknown);
  HttpReply plain = reply_with("hellp", kMd5OfHello);
  plain.headers.emplace_back("x-amz-server-side-encryption", "AES256");
  EXPECT_EQ(compare_etag(plain), Fit::kDiffers);
}

constexpr const char* kNoMd5 = "\"00000000000000000000000000000000\"";

TEST(EtagRule, TakesADifferenceForDamageOnceAnEtagHasFitted) {
  EtagRule rule;
  const auto ask = []() -> bool { throw std::logic_error("asked"); };
  EXPECT_FALSE(rule.is_damaged(reply_with("hello", kMd5OfHello), ask));
  EXPECT_TRUE(rule.is_damaged(reply_with("hello", kNoMd5), ask));
  EXPECT_FALSE(rule.is_off());
}

TEST(EtagRule, AsksOnceWhereTheFirstDoesNotFit) {
  for (const bool any_fits : {true, false}) {
    EtagRule rule;
    int asked = 0;
    const auto ask = [&] {
      ++asked;
      return any_fits;
    };
    EXPECT_FALSE(rule.is_damaged(reply_with("x", "\"in-parts-3\""), ask));
    EXPECT_EQ(asked, 0);
    EXPECT_EQ(rule.is_damaged(reply_with("hello", kNoMd5), ask), any_fits);
    EXPECT_EQ(rule.is_damaged(reply_with("hellp", kNoMd5), ask), any_fits);
    EXPECT_FALSE(rule.is_damaged(reply_with("hello", kMd5OfHello), ask));
    EXPECT_EQ(rule.is_off(), !any_fits);
    EXPECT_EQ(asked, 1);
  }
}

TEST(EtagRule, DecidesTheSameForAllThreads) {
  for (int round = 0; round < 50; ++round) {
    EtagRule rule;
    std::atomic<int> asked = 0;
    std::atomic<int> damaged = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        if (rule.is_damaged(reply_with("hello", kNoMd5), [&] { return ++asked > 8; })) ++damaged;
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(asked, 1);
    EXPECT_EQ(damaged, 0);
  }
}

}  // namespace
}  // namespace coulis::s3
