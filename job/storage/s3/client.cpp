#include "job/storage/s3/client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <pugixml.hpp>
#include <random>
#include <string_view>
#include <utility>

#include "core/base/error.hpp"
#include "job/storage/location.hpp"
#include "job/storage/s3/profile.hpp"

namespace coulis::s3 {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kFirstWait{100};
constexpr std::chrono::milliseconds kLongestWait{20'000};
constexpr int kLeastAttempts = 10;
constexpr std::chrono::minutes kLeastTime{2};
constexpr int kAttemptsBeforeFirstAnswer = 6;
constexpr int kAttemptsWhenDamaged = 5;
constexpr std::size_t kSlowestRate_bytes_per_ms =
    16;  // below it a transfer is given up: a request's deadline is a minute and its size over this

int read_max_attempts() {
  const std::string text = environment("AWS_MAX_ATTEMPTS");
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return std::max(value, 0);
}

template <std::size_t N>
bool is_one_of(std::string_view code, const std::array<std::string_view, N>& codes) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

constexpr std::array<std::string_view, 5> kExpired = {"ExpiredToken", "ExpiredTokenException", "InvalidToken", "TokenRefreshRequired",
                                                      "RequestExpired"};
constexpr std::array<std::string_view, 6> kBusy = {"SlowDown",       "InternalError",    "ServiceUnavailable",
                                                   "RequestTimeout", "OperationAborted", "ThrottlingException"};
constexpr std::array<std::string_view, 3> kElsewhere = {"PermanentRedirect", "AuthorizationHeaderMalformed",
                                                        "IllegalLocationConstraintException"};

struct Advice {
  std::string cause;
  std::string remedy;
};

Advice advise(const std::string& bucket, const HttpReply& reply, const std::string& address) {
  const ServerError error = error_in(reply);
  if (reply.status == 0)
    return {fmt::format("no answer from {}: {}", address, printable_sentence(reply.error)),
            "check the network and the address (--endpoint-url, --region)"};
  const std::string said =
      error.code.empty() ? fmt::format("status {}", reply.status) : fmt::format("{}, {}", reply.status, printable_sentence(error.code));
  if (error.code == "NoSuchBucket")
    return {fmt::format("there is no bucket '{}' at {}", printable(bucket), address), "check its name, --region and --endpoint-url"};
  if (is_one_of(error.code, kExpired))
    return {fmt::format("the credentials have expired ({})", said),
            "renew them, then run the same command again: it goes on where it stopped"};
  if (error.code == "InvalidAccessKeyId")
    return {fmt::format("the server does not know the access key ({})", said),
            "check AWS_ACCESS_KEY_ID or AWS_PROFILE; `aws sts get-caller-identity` shows who you are"};
  if (error.code == "SignatureDoesNotMatch")
    return {fmt::format("the secret key does not fit the access key ({})", said), "check AWS_SECRET_ACCESS_KEY or AWS_PROFILE"};
  if (error.code == "RequestTimeTooSkewed") return {fmt::format("this machine's clock is wrong ({})", said), "set the clock"};
  if (reply.status == 403)
    return {fmt::format("access denied ({})", said),
            "check the rights: s3:ListBucket and s3:GetObject on INPUT, s3:PutObject and s3:DeleteObject too on OUTPUT; `aws sts "
            "get-caller-identity` shows who you are"};
  const std::string detail = error.message.empty() ? "" : fmt::format(": {}", printable_sentence(error.message));
  return {fmt::format("{} answered {}{}", address, said, detail), "try again later: the same command goes on where it stopped"};
}

}  // namespace

ServerError error_in(const HttpReply& reply) {
  pugi::xml_document document;
  if (reply.ok() || !document.load_buffer(reply.body.data(), reply.body.size())) return {};
  const pugi::xml_node error = document.child("Error");
  return {error.child_value("Code"), error.child_value("Message")};
}

bool says_expired(const HttpReply& reply) {
  return is_one_of(error_in(reply).code, kExpired);
}

S3Client::S3Client(std::string bucket, StorageOptions options)
    : bucket_(std::move(bucket)),
      options_(std::move(options)),
      credentials_(find_region(options_)),
      max_attempts_(read_max_attempts()),
      region_(find_region(options_)),
      endpoint_(find_endpoint(bucket_, region_, options_)) {}

HttpRequest S3Client::to_http(const S3Request& request, const Credentials& credentials) const {
  Endpoint endpoint;
  std::string region;
  {
    const std::lock_guard lock(place_mutex_);
    endpoint = endpoint_;
    region = region_;
  }
  const std::string path = fmt::format("{}/{}", endpoint.path, percent_encode(request.key, true));
  const std::string query = canonical_query(request.query);
  HttpRequest http;
  http.method = request.method;
  http.url = fmt::format("{}://{}{}{}{}", endpoint.scheme, endpoint.host, path, query.empty() ? "" : "?", query);
  http.headers = sign({request.method, endpoint.host, path, query, {}, request.body}, credentials, region, std::time(nullptr));
  http.headers.emplace_back("Content-Type: application/octet-stream");
  http.headers.insert(http.headers.end(), request.headers.begin(), request.headers.end());
  http.body = request.body;
  http.expected_bytes = request.expected_bytes;
  http.total_deadline += std::chrono::milliseconds(std::max(request.body.size(), request.expected_bytes) / kSlowestRate_bytes_per_ms);
  return http;
}

S3Client::Verdict S3Client::judge(const S3Request& request, HttpReply& reply) {
  constexpr int kNotImplemented = 501;
  if (reply.status == kNotImplemented) return Verdict::kFinal;
  if (reply.status == 0 || reply.status >= 500 || reply.status == 429 || reply.status == 408) return Verdict::kAskAgain;
  if (reply.ok()) {
    if (request.find_defect) {
      if (std::string defect = request.find_defect(reply); !defect.empty()) {
        reply.status = 0;
        reply.error = std::move(defect);
        return Verdict::kDamaged;
      }
    }
    return Verdict::kFinal;
  }
  const std::string code = error_in(reply).code;
  if (is_one_of(code, kBusy)) return Verdict::kAskAgain;
  const bool untold = reply.status == 403 && request.method == "HEAD";  // an answer without a body: the code is not known
  if (is_one_of(code, kExpired) || untold) return Verdict::kExpired;
  const bool elsewhere = reply.status == 301 || is_one_of(code, kElsewhere) || (reply.status == 400 && request.method == "HEAD");
  return elsewhere ? Verdict::kOtherRegion : Verdict::kFinal;
}

bool S3Client::follow_to_region(const HttpReply& reply) {
  const std::string region(reply.header("x-amz-bucket-region"));
  const std::lock_guard lock(place_mutex_);
  if (region.empty() || region == region_) return false;
  endpoint_ = find_endpoint(bucket_, region, options_);
  region_ = region;
  return true;
}

bool S3Client::gives_up(int attempt, int damaged, Clock::time_point start) const {
  if (max_attempts_ > 0) return attempt >= max_attempts_;
  if (damaged >= kAttemptsWhenDamaged) return true;
  if (!reached_) return attempt >= kAttemptsBeforeFirstAnswer;
  return attempt >= kLeastAttempts && Clock::now() - start >= kLeastTime;
}

bool S3Client::wait_before(int attempt) {
  // Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter
  thread_local std::minstd_rand random{std::random_device{}()};
  const std::chrono::milliseconds longest = std::min(kLongestWait, kFirstWait * (1 << std::min(attempt - 1, 16)));
  const std::chrono::milliseconds wait(std::uniform_int_distribution<std::int64_t>(0, longest.count())(random));
  std::unique_lock lock(stop_mutex_);
  return !stop_signal_.wait_for(lock, wait, [&] { return stopped_; });
}

HttpReply S3Client::send(const S3Request& request) {
  const Clock::time_point start = Clock::now();
  int damaged = 0;
  for (int attempt = 1;; ++attempt) {
    const Credentials used = credentials_.current();
    HttpReply reply = http_.send(to_http(request, used));
    if (reply.status != 0) reached_ = true;
    const Verdict verdict = judge(request, reply);
    if (verdict == Verdict::kDamaged) ++damaged;
    if (verdict == Verdict::kFinal) {
      last_answer_ = Clock::now().time_since_epoch().count();
      return reply;
    }
    if (verdict == Verdict::kOtherRegion && follow_to_region(reply)) continue;
    if (verdict == Verdict::kExpired && attempt < kLeastAttempts && credentials_.renew(used)) continue;
    const bool refused = verdict == Verdict::kOtherRegion || verdict == Verdict::kExpired;
    if (refused || gives_up(attempt, damaged, start)) return reply;
    if (!wait_before(attempt)) throw Error(ErrorCode::kInterrupted, "stopped while waiting for the server to recover");
  }
}

bool S3Client::answered_since(Clock::time_point time) const {
  return last_answer_ > time.time_since_epoch().count();
}

void S3Client::throw_refusal(const std::string& what, const HttpReply& reply) const {
  std::string address;
  {
    const std::lock_guard lock(place_mutex_);
    address = fmt::format("{}://{}", endpoint_.scheme, endpoint_.host);
  }
  const Advice advice = advise(bucket_, reply, address);
  throw Error(ErrorCode::kStorage, fmt::format("{}: {}", what, advice.cause), advice.remedy);
}

void S3Client::stop() {
  {
    const std::lock_guard lock(stop_mutex_);
    stopped_ = true;
  }
  stop_signal_.notify_all();
}

}  // namespace coulis::s3
