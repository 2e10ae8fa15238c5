#include "job/storage/s3/refusals.hpp"

#include <fmt/args.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <pugixml.hpp>
#include <string_view>

#include "job/storage/location.hpp"
#include "job/storage/s3/redirect.hpp"

namespace coulis::s3 {
namespace {

struct Row {
  Meaning meaning;
  std::string_view codes;  // parted by spaces, S3's and HTTP's; one that ends with '*' is a beginning
  const char* cause;       // {bucket}, {address}, {region}
  const char* remedy;
};

constexpr Row kRows[] = {
    // What was named
    {Meaning::kFinal, "NoSuchBucket", "there is no bucket '{bucket}' at {address}", "check its name, --region and --endpoint-url"},
    {Meaning::kFinal, "NoSuchAccessPoint NoSuchAccessPointAlias NoSuchOutpost InvalidAccessPointAliasError InvalidAccessPoint",
     "there is no access point '{bucket}'", "check its ARN: region, account, name"},
    {Meaning::kFinal, "InvalidBucketName InvalidBucketNameError", "'{bucket}' cannot be the name of a bucket",
     "write s3://bucket/prefix; a name has 3 to 63 of a-z, 0-9, '-' and '.'"},
    {Meaning::kObject, "NoSuchKey NoSuchVersion", "the object is not there", "list the bucket, and run the same command again"},
    {Meaning::kFinal, "404 NoSuchWebsiteConfiguration", "there is no S3 service at {address}",
     "check the host and the path of --endpoint-url"},

    // Where it is
    {Meaning::kElsewhere, "AuthorizationHeaderMalformed IllegalLocationConstraintException InvalidRegionName InvalidRegion",
     "the bucket '{bucket}' is not in the region {region}", "give its own with --region; `aws s3api get-bucket-location` names it"},
    {Meaning::kElsewhere, "PermanentRedirect TemporaryRedirect Redirect 301 302 307 308",
     "the bucket '{bucket}' is at another address than {address}", "give its own with --endpoint-url, or --region"},

    // Who asks
    {Meaning::kFinal, "InvalidAccessKeyId InvalidSecurity", "the server does not know the access key",
     "check AWS_ACCESS_KEY_ID or AWS_PROFILE; `aws sts get-caller-identity` shows who you are"},
    {Meaning::kFinal, "SignatureDoesNotMatch", "the secret key does not fit the access key",
     "check AWS_SECRET_ACCESS_KEY or AWS_PROFILE; if they are right, a proxy changes what is sent"},
    {Meaning::kExpired, "ExpiredToken ExpiredTokenException TokenRefreshRequired", "the credentials have expired",
     "renew them, then run the same command again: it resumes where it stopped"},
    {Meaning::kExpired, "InvalidToken InvalidTokenException", "the session token does not fit the access key",
     "set AWS_SESSION_TOKEN with the keys that it came with, or unset it for keys that have none"},
    {Meaning::kFinal, "RequestTimeTooSkewed RequestExpired", "this machine's clock is wrong", "set the clock"},
    {Meaning::kFinal, "401 Unauthorized", "the server does not accept the credentials",
     "check them, and whether {address} takes keys of S3"},
    {Meaning::kFinal, "AccountProblem NotSignedUp OptInRequired InvalidPayer NotDeviceOwnerError",
     "there is a problem with the account that pays", "look at the account's billing page"},

    // What it may
    {Meaning::kObject, "AllAccessDisabled", "the server has closed it to everybody", "ask the owner of the bucket, or the support"},
    {Meaning::kObject, "InvalidObjectState ObjectNotInActiveTierError", "it is archived and must be restored first",
     "restore it (`aws s3api restore-object`), then run the same command again"},
    {Meaning::kBusy, "KMS.ThrottlingException", "the KMS key that encrypts it is asked too often",
     "use fewer --threads, or a bucket key: the same command resumes where it stopped"},
    {Meaning::kObject, "KMS* XMinioKMS*", "the KMS key that encrypts it cannot be used",
     "see that the key is enabled, and that you have kms:Decrypt to read and kms:GenerateDataKey to write"},
    {Meaning::kObject, "MethodNotAllowed 405", "{address} does not do this for '{bucket}'",
     "check that --endpoint-url is the S3 service and not a website or a console"},

    // What it holds
    {Meaning::kFinal, "EntityTooLarge MaxMessageLengthExceeded", "it is larger than the server takes",
     "choose smaller --images-per-part, or raise the server's limit"},
    {Meaning::kFinal, "413", "a proxy before the server refuses files of this size",
     "raise the proxy's limit (client_max_body_size of nginx), or choose smaller --images-per-part"},
    {Meaning::kFinal, "EntityTooSmall", "the server wants larger parts of an upload", "lower the server's least part size to 32 MB"},
    {Meaning::kFinal, "QuotaExceeded XMinioAdminBucketQuotaExceeded XMinioStorageFull InsufficientStorage StorageFull 507",
     "there is no room left in the bucket", "make room or raise its quota, then run the same command again"},
    {Meaning::kFinal, "NoSuchUpload InvalidPart InvalidPartOrder", "an upload in parts was ended by somebody else",
     "check the bucket's rules that end uploads, then run the same command again"},
    {Meaning::kBusy, "BadDigest InvalidDigest IncompleteBody XAmzContentSHA256Mismatch XAmzContentChecksumMismatch",
     "what was sent has not arrived as it was", "check the network and the proxies on the way"},
    {Meaning::kObject, "InvalidRange 416", "it has fewer bytes than were asked for", "run the same command again: it lists anew"},

    // How the server is
    {Meaning::kBusy,
     "SlowDown SlowDownRead SlowDownWrite TooManyRequests Throttling ThrottlingException RequestThrottled RequestLimitExceeded "
     "BandwidthLimitExceeded 429",
     "the server is too busy", "run the same command again later, with fewer --threads: it resumes where it stopped"},
    {Meaning::kBusy, "ServiceUnavailable Busy XMinioServerNotInitialized 503", "the server cannot answer for now",
     "run the same command again later: it resumes where it stopped"},
    {Meaning::kBusy, "InternalError 500", "the server has an error of its own",
     "look at the server's log, then run the same command again"},
    {Meaning::kBusy, "RequestTimeout RequestTimeoutException 408", "the server has waited too long for what is sent to it",
     "check the network's speed, or use fewer --threads"},
    {Meaning::kBusy, "OperationAborted ConditionalRequestConflict", "another program was writing at the same time",
     "end the other program, then run the same command again"},
    {Meaning::kFinal, "NotImplemented 501", "the server cannot do what was asked", "use a server that can, or a newer version of it"},

    // What stands before it
    {Meaning::kFinal, "407", "the proxy wants a name and a password", "write them into https_proxy: http://NAME:PASSWORD@PROXY:PORT"},
    {Meaning::kBusy, "502 504", "a gateway before the server has no answer from it",
     "see whether the server runs, then run the same command again"},
    {Meaning::kFinal, "403 451 511", "a proxy or firewall before the server refuses: it answers with a page of its own",
     "check https_proxy and no_proxy, and that {address} may be reached"},
    {Meaning::kFinal, "400", "what answers at {address} is no S3 service", "check http or https, and the port, in --endpoint-url"},
};

// A refusal without a body, as HEAD has them, and AccessDenied.
constexpr Row kDenied = {
    Meaning::kObject, "", "access denied",
    "check the rights: s3:ListBucket and s3:GetObject on INPUT, s3:PutObject and s3:DeleteObject too on OUTPUT; `aws sts "
    "get-caller-identity` shows who you are"};
constexpr Row kDeniedUnsigned = {Meaning::kObject, "", "access denied to a request without credentials",
                                 "leave --no-sign-request out: the bucket is not public, or not for this"};
constexpr Row kDeniedUnpaid = {Meaning::kObject, "", "access denied: the bucket lets its readers pay", "add --request-payer"};
constexpr Row kDeniedKey = {Meaning::kObject, "", "access denied to the KMS key that encrypts it",
                            "ask the key's owner for kms:Decrypt to read and kms:GenerateDataKey to write"};
constexpr Row kUnknown = {Meaning::kFinal, "", "{address} does not do what was asked",
                          "look the code up in the server's documentation, then run the same command again: it resumes where it stopped"};

bool names(std::string_view codes, std::string_view code) {
  while (!codes.empty()) {
    const std::string_view one = codes.substr(0, codes.find(' '));
    codes.remove_prefix(std::min(one.size() + 1, codes.size()));
    if (one == code || (one.ends_with('*') && code.starts_with(one.substr(0, one.size() - 1)))) return true;
  }
  return false;
}

const Row* maybe_row(std::string_view code) {
  const auto* found = std::find_if(std::begin(kRows), std::end(kRows), [&](const Row& row) { return names(row.codes, code); });
  return found == std::end(kRows) ? nullptr : found;
}

const Row& row_of(const HttpReply& reply, const ServerError& error, const Asked& asked) {
  const bool without_words = reply.body.empty() && reply.error.empty();
  if (error.code == "AccessDenied" || (reply.status == 403 && without_words)) {
    if (error.message.find("kms:") != std::string::npos) return kDeniedKey;
    if (!asked.is_paid && error.message.find("equester") != std::string::npos) return kDeniedUnpaid;
    return asked.is_signed ? kDenied : kDeniedUnsigned;
  }
  if (const Row* row = maybe_row(error.code); row != nullptr && !error.code.empty()) return *row;
  if (error.code.empty() || reply.status >= 500 || reply.status == 429) {  // by its status alone, if the code is not known
    if (const Row* row = maybe_row(fmt::format("{}", reply.status))) return *row;
  }
  return kUnknown;
}

Advice of_transport(const HttpReply& reply, const std::string& address) {
  const std::string error = printable(reply.error);
  if (!reply.defect.empty())
    return {fmt::format("{} answers wrongly: {}", address, printable(reply.defect)), "check the network and the server"};
  if (error.find("certificate") != std::string::npos)
    return {fmt::format("{} is not trusted: {}", address, error), "name the file with the certificate of its authority in AWS_CA_BUNDLE"};
  if (error.find("resolve proxy") != std::string::npos || error.find("proxy") != std::string::npos)
    return {fmt::format("no answer from {}: {}", address, error), "check https_proxy and no_proxy"};
  return {fmt::format("no answer from {}: {}", address, error), "check the network and the address (--endpoint-url, --region)"};
}

}  // namespace

ServerError error_in(const HttpReply& reply) {
  pugi::xml_document document;
  if (reply.ok() || !document.load_buffer(reply.body.data(), reply.body.size())) return {};
  const pugi::xml_node error = document.child("Error");
  return {error.child_value("Code"), error.child_value("Message")};
}

Meaning meaning_of(const HttpReply& reply) {
  const ServerError error = error_in(reply);
  if (reply.status == 0 && error.code.empty()) return Meaning::kBusy;
  const Row& row = row_of(reply, error, {});
  if (&row != &kUnknown) return row.meaning;
  if (reply.status >= 500) return Meaning::kBusy;
  return reply.status == 400 || reply.status == 404 ? Meaning::kObject : Meaning::kFinal;
}

Advice advise(const HttpReply& reply, const Asked& asked) {
  const ServerError error = error_in(reply);
  if (reply.status == 0 && error.code.empty()) return of_transport(reply, asked.address);
  const Row& row = row_of(reply, error, asked);
  const std::string bucket = printable(asked.bucket);
  const auto fill = [&](const char* text) {
    return fmt::format(fmt::runtime(text), fmt::arg("bucket", bucket), fmt::arg("address", asked.address),
                       fmt::arg("region", asked.region));
  };
  Advice advice{fill(row.cause), fill(row.remedy)};
  const std::string status = reply.status == 0 ? "" : fmt::format("{}", reply.status);
  advice.cause += fmt::format(" ({}{}{})", status, status.empty() || error.code.empty() ? "" : ", ", printable(error.code));
  const bool says_more = &row == &kUnknown || (error.code == "AccessDenied" && error.message.size() > 20);  // than "Access Denied."
  if (says_more && !error.message.empty()) advice.cause += ": " + printable(error.message);
  if (row.meaning == Meaning::kElsewhere) {
    const std::string region = region_in(reply);
    const std::string address = address_in(reply);
    if (!address.empty() && address != asked.address) {
      advice.cause += fmt::format(": {} sends us to {}", asked.address, address);
      advice.remedy = fmt::format("--endpoint-url {}, if you trust it with your requests", address);
    } else if (!address.empty()) {
      advice.cause += ": servers send us in a circle, back to it";
    } else if (!region.empty() && region != asked.region) {
      advice.cause += fmt::format(": it is in {}", region);
      advice.remedy = fmt::format("--region {}", region);
    }
  }
  return advice;
}

}  // namespace coulis::s3
