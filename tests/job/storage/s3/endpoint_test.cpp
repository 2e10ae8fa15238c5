#include "job/storage/s3/endpoint.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "core/base/error.hpp"
#include "tests/job/temporary_folder.hpp"
#include "tests/job/thrown_error.hpp"

namespace coulis::s3 {
namespace {

// No setting of this machine or of an earlier test.
class S3Endpoint : public testing::Test {
 protected:
  S3Endpoint() {
    for (const char* name :
         {"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_PROFILE", "AWS_DEFAULT_PROFILE"})
      unsetenv(name);
    set("AWS_CONFIG_FILE", folder_.path_of("config"));
  }
  static void set(const char* name, const std::string& value) { setenv(name, value.c_str(), 1); }

  TemporaryFolder folder_;
};

std::string url_of(const Endpoint& endpoint) {
  return endpoint.scheme + "://" + endpoint.host + endpoint.path;
}

TEST_F(S3Endpoint, IsAmazonsWithTheBucketInTheHost) {
  EXPECT_EQ(url_of(find_endpoint("photos", "eu-west-3", {})), "https://photos.s3.eu-west-3.amazonaws.com");
  EXPECT_EQ(url_of(find_endpoint("photos", "cn-north-1", {})), "https://photos.s3.cn-north-1.amazonaws.com.cn");
  EXPECT_EQ(url_of(find_endpoint("my.photos", "eu-west-3", {})), "https://s3.eu-west-3.amazonaws.com/my.photos");
}

TEST_F(S3Endpoint, IsOnesOwnWithTheBucketInThePathUnlessAskedOtherwise) {
  EXPECT_EQ(url_of(find_endpoint("photos", "x", {.endpoint_url = "http://127.0.0.1:9000/"})), "http://127.0.0.1:9000/photos");
  EXPECT_EQ(url_of(find_endpoint("photos", "x", {.endpoint_url = "http://s3.local", .addressing = Addressing::kVirtual})),
            "http://photos.s3.local");
  EXPECT_EQ(url_of(find_endpoint("photos", "x", {.addressing = Addressing::kPath})), "https://s3.x.amazonaws.com/photos");
  EXPECT_EQ(find_endpoint("photos", "x", {.endpoint_url = "https://s3.local:443"}).host, "s3.local");
}

TEST_F(S3Endpoint, ComesFromTheFlagThenTheEnvironmentThenTheProfile) {
  folder_.write("config",
                "[default]\nregion = from-default\n[profile work]\n  region=nested\nregion = from-work\nendpoint_url = http://work\n");
  EXPECT_EQ(find_region({}), "from-default");
  set("AWS_PROFILE", "work");
  EXPECT_EQ(find_region({}), "from-work");
  EXPECT_EQ(find_endpoint("b", "r", {}).host, "work");
  set("AWS_ENDPOINT_URL", "http://general");
  EXPECT_EQ(find_endpoint("b", "r", {}).host, "general");
  set("AWS_ENDPOINT_URL_S3", "http://for-s3");
  EXPECT_EQ(find_endpoint("b", "r", {}).host, "for-s3");
  EXPECT_EQ(find_endpoint("b", "r", {.endpoint_url = "http://flag"}).host, "flag");
  set("AWS_DEFAULT_REGION", "from-default-variable");
  EXPECT_EQ(find_region({}), "from-default-variable");
  set("AWS_REGION", "from-variable");
  EXPECT_EQ(find_region({}), "from-variable");
  EXPECT_EQ(find_region({.region = "flag"}), "flag");
}

TEST_F(S3Endpoint, DefaultsToUsEast1) {
  EXPECT_EQ(find_region({}), "us-east-1");
}

TEST_F(S3Endpoint, RefusesWhatIsNoServerAddress) {
  for (const char* url : {"127.0.0.1:9000", "ftp://host", "http://", "http://host/path"}) {
    EXPECT_EQ(thrown_error([&] { (void)find_endpoint("b", "r", {.endpoint_url = url}); }).code(), ErrorCode::kUsage) << url;
  }
}

}  // namespace
}  // namespace coulis::s3
