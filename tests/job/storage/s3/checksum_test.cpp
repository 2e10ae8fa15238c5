#include "job/storage/s3/checksum.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/job/temporary_folder.hpp"

namespace coulis::s3 {
namespace {

std::string checksum(std::string_view text, std::string_view algorithm) {
  return checksum_of(to_bytes(text), algorithm);
}

// The check values of the catalogue of parametrised CRCs (reveng), and of FIPS 180 for "abc".
TEST(Checksum, HasTheValuesOfTheCatalogue) {
  EXPECT_EQ(checksum("123456789", "crc32"), "y/Q5Jg==");          // cbf43926
  EXPECT_EQ(checksum("123456789", "crc32c"), "4waSgw==");         // e3069283
  EXPECT_EQ(checksum("123456789", "crc64nvme"), "rosUhgp5mIg=");  // ae8b14860a799888
  EXPECT_EQ(checksum("abc", "sha1"), "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=");
  EXPECT_EQ(checksum("abc", "sha256"), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
  EXPECT_EQ(checksum("abc", "md17"), "");
}

// From Python's zlib.crc32, of lengths about those of a step.
TEST(Checksum, TakesAnyLength) {
  EXPECT_EQ(checksum("", "crc32"), "AAAAAA==");
  EXPECT_EQ(checksum(std::string(1, 'x'), "crc32"), "jNwWgw==");
  EXPECT_EQ(checksum(std::string(8, 'x'), "crc32"), "ppJUyQ==");
  EXPECT_EQ(checksum(std::string(23, 'x'), "crc32"), "A2aDug==");
}

HttpReply reply_with(const std::string& name, const std::string& value) {
  HttpReply reply;
  reply.status = 200;
  reply.body = to_bytes("123456789");
  reply.headers = {{"x-amz-checksum-" + name, value}};
  return reply;
}

TEST(Checksum, IsComparedWhereItIsOfTheWholeObject) {
  EXPECT_EQ(compare_checksum(reply_with("crc32c", "4waSgw==")), Fit::kFits);
  EXPECT_EQ(compare_checksum(reply_with("crc32c", "4waSgQ==")), Fit::kDiffers);
  EXPECT_EQ(compare_checksum(reply_with("crc32c", "4waSgQ==-3")), Fit::kUnknown);
  EXPECT_EQ(compare_checksum(reply_with("md17", "4waSgQ==")), Fit::kUnknown);
  EXPECT_EQ(compare_checksum(reply_with("type", "FULL_OBJECT")), Fit::kUnknown);
  HttpReply composite = reply_with("crc32c", "4waSgQ==");
  composite.headers.emplace_back("x-amz-checksum-type", "COMPOSITE");
  EXPECT_EQ(compare_checksum(composite), Fit::kUnknown);
}

}  // namespace
}  // namespace coulis::s3
