#include "job/storage/s3/refusals.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "tests/job/temporary_folder.hpp"

namespace coulis::s3 {
namespace {

HttpReply refusal(int status, const std::string& code, const std::string& message = "") {
  HttpReply reply;
  reply.status = status;
  reply.body = to_bytes("<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>" + message + "</Message></Error>");
  return reply;
}

HttpReply page(int status) {
  HttpReply reply;
  reply.status = status;
  reply.body = to_bytes("<html><body><h1>nginx</h1></body></html>");
  return reply;
}

const Asked kAsked{"photos", "https://host", "us-east-1"};

Advice advice_on(const HttpReply& reply) {
  return advise(reply, kAsked);
}

struct Case {
  HttpReply reply;
  Meaning meaning;
  std::string cause;   // a word of it
  std::string remedy;  // likewise
};

// Each of another kind: no two may have the same cause or the same remedy.
std::vector<Case> cases() {
  using enum Meaning;
  return {
      {refusal(404, "NoSuchBucket"), kFinal, "no bucket 'photos'", "its name"},
      {refusal(404, "NoSuchAccessPoint"), kFinal, "access point", "ARN"},
      {refusal(400, "InvalidBucketName"), kFinal, "name of a bucket", "s3://bucket/prefix"},
      {refusal(404, "NoSuchKey"), kObject, "not there", "list"},
      {page(404), kFinal, "no S3 service", "--endpoint-url"},
      {refusal(400, "AuthorizationHeaderMalformed"), kElsewhere, "us-east-1", "--region"},
      {refusal(301, "PermanentRedirect"), kElsewhere, "another address", "--endpoint-url"},
      {refusal(403, "InvalidAccessKeyId"), kFinal, "access key", "AWS_ACCESS_KEY_ID"},
      {refusal(403, "SignatureDoesNotMatch"), kFinal, "secret key", "AWS_SECRET_ACCESS_KEY"},
      {refusal(400, "ExpiredToken"), kExpired, "expired", "renew"},
      {refusal(400, "InvalidToken"), kExpired, "session token", "AWS_SESSION_TOKEN"},
      {refusal(403, "RequestTimeTooSkewed"), kFinal, "clock", "clock"},
      {page(401), kFinal, "credentials", "keys of S3"},
      {refusal(403, "AccountProblem"), kFinal, "account", "billing"},
      {refusal(403, "AccessDenied"), kObject, "access denied", "s3:GetObject"},
      {refusal(403, "AccessDenied", "User x is not authorized to perform: kms:Decrypt on resource y"), kObject, "KMS key", "kms:Decrypt"},
      {refusal(403, "AccessDenied", "Requester must pay: the bucket is a requester pays bucket"), kObject, "pay", "--request-payer"},
      {refusal(403, "AllAccessDisabled"), kObject, "closed", "owner"},
      {refusal(403, "InvalidObjectState"), kObject, "archived", "restore"},
      {refusal(400, "KMS.DisabledException"), kObject, "KMS key", "enabled"},
      {refusal(400, "KMS.ThrottlingException"), kBusy, "too often", "bucket key"},
      {refusal(405, "MethodNotAllowed"), kObject, "does not do this", "console"},
      {refusal(400, "EntityTooLarge"), kFinal, "larger", "--images-per-part"},
      {page(413), kFinal, "proxy", "client_max_body_size"},
      {refusal(400, "EntityTooSmall"), kFinal, "larger parts", "32 MB"},
      {refusal(403, "QuotaExceeded"), kFinal, "no room", "quota"},
      {refusal(404, "NoSuchUpload"), kFinal, "upload", "rules"},
      {refusal(400, "BadDigest"), kBusy, "not arrived", "proxies on the way"},
      {refusal(416, "InvalidRange"), kObject, "fewer bytes", "lists anew"},
      {refusal(503, "SlowDown"), kBusy, "busy", "--threads"},
      {refusal(503, "ServiceUnavailable"), kBusy, "for now", "later"},
      {refusal(500, "InternalError"), kBusy, "of its own", "log"},
      {refusal(400, "RequestTimeout"), kBusy, "waited", "network's speed"},
      {refusal(409, "OperationAborted"), kBusy, "another program", "end the other"},
      {refusal(501, "NotImplemented"), kFinal, "cannot do", "newer"},
      {page(407), kFinal, "proxy wants", "https_proxy: http://NAME"},
      {page(502), kBusy, "gateway", "runs"},
      {page(403), kFinal, "firewall", "no_proxy"},
      {page(400), kFinal, "no S3 service", "http or https"}};
}

TEST(Refusal, HasItsOwnMeaningCauseAndRemedy) {
  std::map<std::string, std::string> causes;
  std::map<std::string, std::string> remedies;
  for (const Case& one : cases()) {
    const std::string name = error_in(one.reply).code + std::to_string(one.reply.status) + error_in(one.reply).message;
    const Advice advice = advice_on(one.reply);
    EXPECT_EQ(meaning_of(one.reply), one.meaning) << name;
    EXPECT_NE(advice.cause.find(one.cause), std::string::npos) << name << ": " << advice.cause;
    EXPECT_NE(advice.remedy.find(one.remedy), std::string::npos) << name << ": " << advice.remedy;
    EXPECT_NE(advice.cause.find(std::to_string(one.reply.status)), std::string::npos) << advice.cause;
    EXPECT_EQ(causes.emplace(advice.cause, name).first->second, name);
    EXPECT_EQ(remedies.emplace(advice.remedy, name).first->second, name);
  }
}

TEST(Refusal, OfACodeThatIsNotKnownIsRepeatedInTheServersWords) {
  const Advice advice = advice_on(refusal(409, "StrangeThing", "Mars is in the wrong house"));
  EXPECT_NE(advice.cause.find("409, StrangeThing"), std::string::npos) << advice.cause;
  EXPECT_NE(advice.cause.find("Mars is in the wrong house"), std::string::npos) << advice.cause;
  EXPECT_EQ(meaning_of(refusal(400, "StrangeThing")), Meaning::kObject);
  EXPECT_EQ(meaning_of(refusal(403, "StrangeThing")), Meaning::kFinal);
  EXPECT_EQ(meaning_of(refusal(503, "StrangeThing")), Meaning::kBusy);
}

TEST(Refusal, OfARequestWithoutCredentialsSaysSo) {
  Asked asked = kAsked;
  asked.is_signed = false;
  EXPECT_NE(advise(refusal(403, "AccessDenied"), asked).remedy.find("--no-sign-request"), std::string::npos);
}

TEST(Refusal, ThatNamesAPlaceHasItInTheRemedy) {
  HttpReply moved = refusal(307, "TemporaryRedirect");
  moved.headers = {{"location", "https://other.example.com/photos/a.jpg"}};
  EXPECT_NE(advice_on(moved).remedy.find("--endpoint-url https://other.example.com"), std::string::npos) << advice_on(moved).remedy;
  HttpReply region = refusal(301, "PermanentRedirect");
  region.headers = {{"x-amz-bucket-region", "eu-west-3"}};
  EXPECT_EQ(advice_on(region).remedy, "--region eu-west-3");
}

TEST(Refusal, WithoutAnAnswerIsOfTheNetworkTheProxyOrTheCertificate) {
  HttpReply none;
  none.error = "Could not resolve host: nowhere";
  EXPECT_NE(advice_on(none).remedy.find("network"), std::string::npos);
  none.error = "SSL certificate problem: self-signed certificate";
  EXPECT_NE(advice_on(none).remedy.find("AWS_CA_BUNDLE"), std::string::npos);
  none.error = "Could not resolve proxy: nowhere";
  EXPECT_NE(advice_on(none).remedy.find("https_proxy"), std::string::npos);
  HttpReply refused;  // to CONNECT
  refused.status = 403;
  refused.error = "CONNECT tunnel failed, response 403";
  EXPECT_NE(advice_on(refused).cause.find("proxy"), std::string::npos) << advice_on(refused).cause;
  HttpReply wrong;
  wrong.defect = "the bytes received do not fit the object's ETag";
  EXPECT_EQ(advice_on(wrong).cause.find("no answer"), std::string::npos);
  EXPECT_EQ(meaning_of(wrong), Meaning::kBusy);
}

}  // namespace
}  // namespace coulis::s3
