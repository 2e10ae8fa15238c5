#include "job/storage/s3/endpoint.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "core/base/error.hpp"
#include "job/storage/s3/access_point.hpp"
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

Endpoint endpoint_of(const std::string& bucket, const std::string& region, const StorageOptions& options) {
  return find_place(bucket, region, options).endpoint;
}

std::string url_of(const Endpoint& endpoint) {
  return endpoint.url();
}

TEST_F(S3Endpoint, IsAmazonsWithTheBucketInTheHost) {
  EXPECT_EQ(url_of(endpoint_of("photos", "eu-west-3", {})), "https://photos.s3.eu-west-3.amazonaws.com");
  EXPECT_EQ(url_of(endpoint_of("photos", "cn-north-1", {})), "https://photos.s3.cn-north-1.amazonaws.com.cn");
  EXPECT_EQ(url_of(endpoint_of("my.photos", "eu-west-3", {})), "https://s3.eu-west-3.amazonaws.com/my.photos");
}

TEST_F(S3Endpoint, IsOnesOwnWithTheBucketInThePathUnlessAskedOtherwise) {
  EXPECT_EQ(url_of(endpoint_of("photos", "x", {.endpoint_url = "http://127.0.0.1:9000/"})), "http://127.0.0.1:9000/photos");
  EXPECT_EQ(url_of(endpoint_of("photos", "x", {.endpoint_url = "http://s3.local", .addressing = Addressing::kVirtual})),
            "http://photos.s3.local");
  EXPECT_EQ(url_of(endpoint_of("photos", "x", {.addressing = Addressing::kPath})), "https://s3.x.amazonaws.com/photos");
  EXPECT_EQ(endpoint_of("photos", "x", {.endpoint_url = "https://s3.local:443"}).host, "s3.local");
}

TEST_F(S3Endpoint, MayBeBelowAPath) {
  EXPECT_EQ(url_of(endpoint_of("photos", "x", {.endpoint_url = "https://host/storage/v1/s3"})), "https://host/storage/v1/s3/photos");
  EXPECT_EQ(url_of(endpoint_of("photos", "x", {.endpoint_url = "http://127.0.0.1:9000/s3//"})), "http://127.0.0.1:9000/s3/photos");
  EXPECT_EQ(url_of(endpoint_of("photos", "x", {.endpoint_url = "https://host/s3", .addressing = Addressing::kVirtual})),
            "https://photos.host/s3");
}

TEST_F(S3Endpoint, IsInTheDomainOfItsPartition) {
  EXPECT_EQ(endpoint_of("photos", "us-gov-west-1", {}).host, "photos.s3.us-gov-west-1.amazonaws.com");
  EXPECT_EQ(endpoint_of("photos", "eusc-de-east-1", {}).host, "photos.s3.eusc-de-east-1.amazonaws.eu");
}

// The hosts are those of the endpoint rules of the AWS SDKs.
TEST_F(S3Endpoint, OfAnAccessPointIsItsOwnHostInTheRegionOfItsArn) {
  const auto place = [](const std::string& arn, const StorageOptions& options = {}) { return find_place(arn, "us-east-1", options); };
  Place point = place("arn:aws:s3:eu-west-3:123456789012:accesspoint/photos");
  EXPECT_EQ(url_of(point.endpoint), "https://photos-123456789012.s3-accesspoint.eu-west-3.amazonaws.com");
  EXPECT_EQ(point.region, "eu-west-3");
  EXPECT_EQ(point.service, "s3");
  EXPECT_EQ(place("arn:aws:s3:eu-west-3:123456789012:accesspoint:photos"), point);
  EXPECT_EQ(place("arn:aws-cn:s3:cn-north-1:123456789012:accesspoint/p").endpoint.host,
            "p-123456789012.s3-accesspoint.cn-north-1.amazonaws.com.cn");
  point = place("arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-01234567890123456/accesspoint/photos");
  EXPECT_EQ(point.endpoint.host, "photos-123456789012.op-01234567890123456.s3-outposts.us-west-2.amazonaws.com");
  EXPECT_EQ(point.service, "s3-outposts");
  EXPECT_EQ(place("arn:aws:s3-object-lambda:us-west-2:123456789012:accesspoint/small").endpoint.host,
            "small-123456789012.s3-object-lambda.us-west-2.amazonaws.com");
  EXPECT_EQ(
      place("arn:aws:s3:eu-west-3:123456789012:accesspoint/photos", {.endpoint_url = "https://vpce-1.s3.eu-west-3.vpce.amazonaws.com"})
          .endpoint.host,
      "photos-123456789012.vpce-1.s3.eu-west-3.vpce.amazonaws.com");
  EXPECT_EQ(endpoint_of("photos-1a2b3c4d5e6f-s3alias", "eu-west-3", {}).host, "photos-1a2b3c4d5e6f-s3alias.s3.eu-west-3.amazonaws.com");
}

TEST_F(S3Endpoint, RefusesBucketsOfOtherProtocolsAndOtherArns) {
  for (const char* bucket :
       {"arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap", "mfzwi23gnjvgw.mrap", "photos--use1-az4--x-s3", "x--op-s3",
        "arn:aws:s3:::photos", "arn:aws:s3:eu-west-3:123456789012:bucket/photos", "arn:aws:s3:eu.evil:1:accesspoint/p",
        "arn:aws:s3:eu-west-3:123456789012:accesspoint/", "arn:aws:iam::123456789012:role/x", "arn:"}) {
    EXPECT_EQ(thrown_error([&] { (void)find_place(bucket, "r", {}); }).code(), ErrorCode::kUsage) << bucket;
  }
}

TEST(BucketIn, EndsBeforeTheKeyOfAnArnToo) {
  const std::string point = "arn:aws:s3:eu-west-3:123456789012:accesspoint";
  const std::string outpost = "arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-1/accesspoint/photos";
  EXPECT_EQ(bucket_in("photos/Test/a:b"), "photos");
  EXPECT_EQ(bucket_in("photos"), "photos");
  EXPECT_EQ(bucket_in(point + "/photos/Test/a:b.jpg"), point + "/photos");
  EXPECT_EQ(bucket_in(point + ":photos/Test"), point + ":photos");
  EXPECT_EQ(bucket_in(point + "/photos"), point + "/photos");
  EXPECT_EQ(bucket_in(outpost + "/Test/x"), outpost);
  EXPECT_EQ(bucket_in("arn:aws:s3-outposts:us-west-2:1:outpost:op-1:accesspoint:p/x/y"),
            "arn:aws:s3-outposts:us-west-2:1:outpost:op-1:accesspoint:p");
}

TEST_F(S3Endpoint, ComesFromTheFlagThenTheEnvironmentThenTheProfile) {
  folder_.write("config",
                "[default]\nregion = from-default\n[profile work]\n  region=nested\nregion = from-work\nendpoint_url = http://work\n");
  EXPECT_EQ(find_region({}), "from-default");
  set("AWS_PROFILE", "work");
  EXPECT_EQ(find_region({}), "from-work");
  EXPECT_EQ(endpoint_of("b", "r", {}).host, "work");
  set("AWS_ENDPOINT_URL", "http://general");
  EXPECT_EQ(endpoint_of("b", "r", {}).host, "general");
  set("AWS_ENDPOINT_URL_S3", "http://for-s3");
  EXPECT_EQ(endpoint_of("b", "r", {}).host, "for-s3");
  EXPECT_EQ(endpoint_of("b", "r", {.endpoint_url = "http://flag"}).host, "flag");
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
  for (const char* url :
       {"127.0.0.1:9000", "ftp://host", "http://", "http://:9000", "http://host name", "http://host/p?q=1", "https://user:secret@host"}) {
    EXPECT_EQ(thrown_error([&] { (void)endpoint_of("b", "r", {.endpoint_url = url}); }).code(), ErrorCode::kUsage) << url;
  }
}

}  // namespace
}  // namespace coulis::s3
