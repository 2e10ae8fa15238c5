#include "job/storage/s3/signature.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace coulis::s3 {
namespace {

// The worked examples of https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
const Credentials kExample{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""};
constexpr std::time_t kTime = 1369353600;  // 2013-05-24 00:00:00 UTC

std::string signature_of(const RequestToSign& request) {
  const auto lines = sign(request, kExample, "us-east-1", kTime);
  const std::string& authorization = lines.back();
  return authorization.substr(authorization.find("Signature=") + 10);
}

TEST(Signature, IsThatOfTheExampleGetObject) {
  EXPECT_EQ(signature_of({"GET", "examplebucket.s3.amazonaws.com", "/test.txt", "", {{"range", "bytes=0-9"}}, {}}),
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST(Signature, IsThatOfTheExamplePutObject) {
  const std::string body = "Welcome to Amazon S3.";
  EXPECT_EQ(signature_of({"PUT",
                          "examplebucket.s3.amazonaws.com",
                          "/" + percent_encode("test$file.text", true),
                          "",
                          {{"date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
                          std::as_bytes(std::span(body))}),
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

TEST(Signature, IsThatOfTheExampleGetBucketLifecycle) {
  EXPECT_EQ(signature_of({"GET", "examplebucket.s3.amazonaws.com", "/", canonical_query({{"lifecycle", ""}}), {}, {}}),
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
}

TEST(Signature, IsThatOfTheExampleListObjects) {
  EXPECT_EQ(signature_of({"GET", "examplebucket.s3.amazonaws.com", "/", canonical_query({{"prefix", "J"}, {"max-keys", "2"}}), {}, {}}),
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST(Signature, CoversTheSessionToken) {
  const auto lines = sign({"GET", "host", "/", "", {}, {}}, {"key", "secret", "token"}, "us-east-1", kTime);
  EXPECT_NE(std::find(lines.begin(), lines.end(), "x-amz-security-token: token"), lines.end());
  EXPECT_NE(lines.back().find("x-amz-date;x-amz-security-token,"), std::string::npos) << lines.back();
}

TEST(PercentEncode, KeepsOnlyWhatRfc3986LeavesUnreserved) {
  EXPECT_EQ(percent_encode("a-B_c.9~", true), "a-B_c.9~");
  EXPECT_EQ(percent_encode("x/y z+%\n\xc3\xa9", true), "x/y%20z%2B%25%0A%C3%A9");
  EXPECT_EQ(percent_encode("x/y", false), "x%2Fy");
}

}  // namespace
}  // namespace coulis::s3
