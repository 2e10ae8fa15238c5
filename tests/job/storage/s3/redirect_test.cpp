#include "job/storage/s3/redirect.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "tests/job/temporary_folder.hpp"

namespace coulis::s3 {
namespace {

// No setting of this machine.
class S3Redirect : public testing::Test {
 protected:
  S3Redirect() {
    for (const char* name : {"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_PROFILE", "AWS_DEFAULT_PROFILE"}) unsetenv(name);
    setenv("AWS_CONFIG_FILE", folder_.path_of("config").c_str(), 1);
    setenv("AWS_SHARED_CREDENTIALS_FILE", folder_.path_of("credentials").c_str(), 1);
  }
  TemporaryFolder folder_;
};

HttpReply reply_with(int status, const HttpReply& rest) {
  HttpReply reply = rest;
  reply.status = status;
  return reply;
}

HttpReply told_by(const std::string& header, const std::string& value) {
  HttpReply reply;
  reply.headers = {{header, value}};
  return reply;
}

HttpReply told_in_body(const std::string& field, const std::string& value) {
  HttpReply reply;
  reply.body = to_bytes("<Error><Code>Some</Code><" + field + ">" + value + "</" + field + "></Error>");
  return reply;
}

const std::string kKey = "Test/a b+c.jpg";

// "URL region", or "" where it leads nowhere.
std::string way(int status, const HttpReply& told, const StorageOptions& options = {}, const std::string& bucket = "photos",
                const std::string& key = kKey) {
  const Place from = find_place(bucket, "us-east-1", options);
  const auto redirect = maybe_redirect(reply_with(status, told), from, bucket, key, options);
  if (!redirect) return "";
  return redirect->place.endpoint.url() + " " + redirect->place.region + (redirect->for_all ? "" : " once");
}

TEST_F(S3Redirect, GoesToTheRegionThatAHeaderOrTheBodyNames) {
  const std::string there = "https://photos.s3.eu-west-3.amazonaws.com eu-west-3";
  EXPECT_EQ(way(301, told_by("x-amz-bucket-region", "eu-west-3")), there);
  EXPECT_EQ(way(400, told_by("x-amz-bucket-region", "eu-west-3")), there);
  EXPECT_EQ(way(200, told_by("x-amz-bucket-region", "eu-west-3")), there);  // to HEAD
  EXPECT_EQ(way(400, told_in_body("Region", "eu-west-3")), there);
  EXPECT_EQ(way(400, told_in_body("Region", "us-east-1")), "");
  EXPECT_EQ(way(400, told_in_body("Other", "eu-west-3")), "");
  EXPECT_EQ(way(400, told_in_body("Region", "eu-west-3.evil.com/")), "");
  EXPECT_EQ(way(400, told_in_body("Region", "eu-west-3"), {.endpoint_url = "http://minio:9000"}), "http://minio:9000/photos eu-west-3");
}

TEST_F(S3Redirect, GoesToTheEndpointThatIsNamedKeepingTheBucketWhereItFits) {
  const StorageOptions own{.endpoint_url = "https://s3.us-east-1.amazonaws.com"};
  EXPECT_EQ(way(301, told_in_body("Endpoint", "s3.eu-west-3.amazonaws.com"), own), "https://s3.eu-west-3.amazonaws.com/photos eu-west-3");
  EXPECT_EQ(way(301, told_in_body("Endpoint", "photos.s3-eu-west-3.amazonaws.com")), "https://photos.s3-eu-west-3.amazonaws.com eu-west-3");
  EXPECT_EQ(way(301, told_in_body("Endpoint", "my.photos.s3-eu-west-3.amazonaws.com"), {}, "my.photos"),
            "https://s3-eu-west-3.amazonaws.com/my.photos eu-west-3");
  EXPECT_EQ(way(301, told_in_body("Endpoint", "eu.minio"), {.endpoint_url = "http://minio"}), "http://eu.minio/photos us-east-1");
}

TEST_F(S3Redirect, GoesWhereTheLocationSaysForOneRequest) {
  const std::string at = "https://photos.s3.eu-west-3.amazonaws.com/Test/a%20b%2Bc.jpg";
  EXPECT_EQ(way(307, told_by("location", at)), "https://photos.s3.eu-west-3.amazonaws.com eu-west-3 once");
  EXPECT_EQ(way(307, told_by("location", at + "?X-Amz-Signature=1")), "https://photos.s3.eu-west-3.amazonaws.com eu-west-3 once");
  EXPECT_EQ(way(307, told_by("location", "https://photos.s3.eu-west-3.amazonaws.com/?list-type=2"), {}, "photos", ""),
            "https://photos.s3.eu-west-3.amazonaws.com eu-west-3 once");
  const StorageOptions own{.endpoint_url = "http://127.0.0.1:9000/s3"};
  EXPECT_EQ(way(307, told_by("location", "http://127.0.0.1:9001/s3/photos/Test/a%20b+c.jpg"), own),
            "http://127.0.0.1:9001/s3/photos us-east-1 once");
  EXPECT_EQ(way(308, told_by("location", "/new/photos/Test/a%20b+c.jpg"), own), "http://127.0.0.1:9000/new/photos us-east-1");
}

TEST_F(S3Redirect, NeverGoesToAnotherOwnersServer) {
  const StorageOptions minio{.endpoint_url = "https://minio.example.com"};
  for (const char* url : {"https://evil.com/photos/", "http://minio.example.com/photos/", "https://xminio.example.com/photos/",
                          "https://example.com/photos/", "https://user:secret@minio.example.com/photos/"})
    EXPECT_EQ(way(307, told_by("location", url + std::string("Test/a%20b+c.jpg")), minio), "") << url;
  EXPECT_EQ(way(307, told_by("location", "https://eu.minio.example.com/photos/Test/a%20b+c.jpg"), minio),
            "https://eu.minio.example.com/photos us-east-1 once");
  for (const char* host : {"evil.com", "photos.evil.com", "abc.execute-api.eu-west-3.amazonaws.com", "s3.eu-west-3.amazonaws.com.evil.com",
                           "s3.evilamazonaws.com", "photos.s3.cn-north-1.amazonaws.com.cn"})
    EXPECT_EQ(way(301, told_in_body("Endpoint", host)), "") << host;
}

TEST_F(S3Redirect, NeverGoesToAnotherThanTheObject) {
  const StorageOptions own{.endpoint_url = "http://minio"};
  for (const char* url : {"http://minio/login", "http://minio/photos/other.jpg", "/", "http://minio/other/Test/a%20b+c.jpg"})
    EXPECT_EQ(way(302, told_by("location", url), own), "") << url;
  EXPECT_EQ(way(302, told_by("location", "http://minio/login"), own, "photos", ""), "");
}

}  // namespace
}  // namespace coulis::s3
