#include "job/storage/s3/etag.hpp"

#include <gtest/gtest.h>

#include <string>

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
  EXPECT_FALSE(is_damaged(reply_with("hello", kMd5OfHello)));
  EXPECT_TRUE(is_damaged(reply_with("hellp", kMd5OfHello)));
}

TEST(Etag, IsNoChecksumOfAnObjectPutInPartsOrEncryptedWithAKey) {
  EXPECT_FALSE(is_damaged(reply_with("hellp", "\"5d41402abc4b2a76b9719d911017c592-3\"")));
  EXPECT_FALSE(is_damaged(reply_with("hellp", "")));
  EXPECT_FALSE(is_damaged(reply_with("hellp", "\"not hexadecimal, but thirty-two c\"")));
  HttpReply kms = reply_with("hellp", kMd5OfHello);
  kms.headers.emplace_back("x-amz-server-side-encryption", "aws:kms");
  EXPECT_FALSE(is_damaged(kms));
  HttpReply own_key = reply_with("hellp", kMd5OfHello);
  own_key.headers.emplace_back("x-amz-server-side-encryption-customer-algorithm", "AES256");
  EXPECT_FALSE(is_damaged(own_key));
  HttpReply plain = reply_with("hellp", kMd5OfHello);
  plain.headers.emplace_back("x-amz-server-side-encryption", "AES256");
  EXPECT_TRUE(is_damaged(plain));
}

}  // namespace
}  // namespace coulis::s3
