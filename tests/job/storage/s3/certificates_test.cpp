#include "job/storage/s3/certificates.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>

namespace coulis::s3 {
namespace {

constexpr const char* kThere = "/dev/null";
constexpr const char* kNotThere = "/no/such/file";

struct Certificates : testing::Test {
  Certificates() { unsetenv("AWS_CA_BUNDLE"); }
  ~Certificates() override { unsetenv("AWS_CA_BUNDLE"); }
};

TEST_F(Certificates, AreInTheFirstFileThatIsThere) {
  const std::array files{kNotThere, kThere, "/dev/zero"};
  EXPECT_STREQ(maybe_certificates(files), kThere);
}

TEST_F(Certificates, AreWhereTheUserSaysThoughOthersAreThere) {
  setenv("AWS_CA_BUNDLE", "/my/own.pem", 1);
  EXPECT_STREQ(maybe_certificates(std::array{kThere}), "/my/own.pem");
}

TEST_F(Certificates, AreLeftToLibcurlWhereNoFileIsThere) {
  EXPECT_EQ(maybe_certificates(std::array{kNotThere}), nullptr);
}

}  // namespace
}  // namespace coulis::s3
