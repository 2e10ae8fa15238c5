#include "job/storage/s3/client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <ctime>
#include <random>
#include <utility>

#include "core/base/error.hpp"
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
constexpr int kMostHops = 5;  // of one request, from one place to another
constexpr std::size_t kSlowestRate_bytes_per_ms =
    16;  // below it a transfer is given up: a request's deadline is a minute and its size over this

int read_max_attempts() {
  const std::string text = environment("AWS_MAX_ATTEMPTS");
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return std::max(value, 0);
}

}  // namespace

S3Client::S3Client(std::string bucket, StorageOptions options)
    : bucket_(std::move(bucket)),
      options_(std::move(options)),
      credentials_(find_region(options_)),
      max_attempts_(read_max_attempts()),
      place_(find_place(bucket_, find_region(options_), options_)),
      patience_(options_.maybe_interrupted) {}

HttpRequest S3Client::to_http(const S3Request& request, const Credentials& credentials, const Place& place) const {
  const std::string path = fmt::format("{}/{}", place.endpoint.path, percent_encode(request.key, true));
  const std::string query = canonical_query(request.query);
  std::vector<std::pair<std::string, std::string>> headers;
  if (options_.request_payer) headers.emplace_back("x-amz-request-payer", "requester");
  if (request.wants_checksum) headers.emplace_back("x-amz-checksum-mode", "ENABLED");
  HttpRequest http;
  http.method = request.method;
  http.url = fmt::format("{}://{}{}{}{}", place.endpoint.scheme, place.endpoint.host, path, query.empty() ? "" : "?", query);
  if (options_.no_sign_request) {
    for (const auto& [name, value] : headers) http.headers.push_back(fmt::format("{}: {}", name, value));
  } else {
    http.headers = sign({request.method, place.endpoint.host, path, query, std::move(headers), request.body, place.service}, credentials,
                        place.region, std::time(nullptr));
  }
  http.headers.emplace_back("Content-Type: application/octet-stream");
  http.headers.insert(http.headers.end(), request.headers.begin(), request.headers.end());
  http.body = request.body;
  http.expected_bytes = request.expected_bytes;
  http.total_deadline += std::chrono::milliseconds(std::max(request.body.size(), request.expected_bytes) / kSlowestRate_bytes_per_ms);
  return http;
}

Meaning S3Client::judge(const S3Request& request, HttpReply& reply) {
  if (reply.ok()) {
    if (request.find_defect) reply.defect = request.find_defect(reply);
    if (reply.defect.empty()) return Meaning::kFinal;
    reply.status = 0;
  }
  // An answer without a body: the code is not known.
  if (request.method == "HEAD" && reply.status == 403) return Meaning::kExpired;
  if (request.method == "HEAD" && reply.status == 400) return Meaning::kElsewhere;
  return meaning_of(reply);
}

Place S3Client::place() const {
  const std::lock_guard lock(place_mutex_);
  return place_;
}

std::optional<Redirect> S3Client::find_way(const HttpReply& reply, const S3Request& request, const Credentials& credentials,
                                           const Place& from) {
  if (auto redirect = maybe_redirect(reply, from, bucket_, request.key, options_)) return redirect;
  for (const char* method : {"HEAD", "GET"}) {  // the region may be in the answer to these alone
    const HttpReply told = http_.send(to_http({method, "", {{"list-type", "2"}, {"max-keys", "1"}}}, credentials, from));
    if (auto redirect = maybe_redirect(told, from, bucket_, "", options_)) return redirect;
  }
  return std::nullopt;
}

void S3Client::go_to(const Place& place, const Place& from) {
  const std::lock_guard lock(place_mutex_);
  if (place_ == from) place_ = place;  // else another thread has been told meanwhile
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
  const Clock::time_point end = Clock::now() + wait;
  std::unique_lock lock(stop_mutex_);
  do {
    if (stopped_ || patience_.is_over()) return false;
    stop_signal_.wait_until(lock, std::min(end, Clock::now() + Patience::kLook), [&] { return stopped_; });
  } while (Clock::now() < end);
  return !stopped_;
}

HttpReply S3Client::send(const S3Request& request) {
  const Clock::time_point start = Clock::now();
  std::optional<Place> detour;  // of this request alone
  int damaged = 0;
  int hops = 0;
  for (int attempt = 1;; ++attempt) {
    const Credentials used = options_.no_sign_request ? Credentials() : credentials_.current();
    const Place from = detour ? *detour : place();
    HttpReply reply = http_.send(to_http(request, used, from));
    if (reply.status != 0) reached_ = true;
    const Meaning meaning = judge(request, reply);
    if (!reply.defect.empty()) ++damaged;
    if (meaning == Meaning::kFinal || meaning == Meaning::kObject) {
      last_answer_ = Clock::now().time_since_epoch().count();
      return reply;
    }
    if (meaning == Meaning::kElsewhere) {
      const std::optional<Redirect> way = ++hops > kMostHops ? std::nullopt : find_way(reply, request, used, from);
      if (!way) return reply;
      if (way->for_all && !detour) {
        go_to(way->place, from);
      } else {
        detour = way->place;
      }
      continue;
    }
    if (meaning == Meaning::kExpired) {
      if (options_.no_sign_request || attempt >= kLeastAttempts || !credentials_.renew(used)) return reply;
      continue;
    }
    if (gives_up(attempt, damaged, start)) return reply;
    if (!wait_before(attempt)) throw Error(ErrorCode::kInterrupted, "stopped while waiting for the server to recover");
  }
}

bool S3Client::answered_since(Clock::time_point time) const {
  return last_answer_ > time.time_since_epoch().count();
}

Advice S3Client::explain(const HttpReply& refusal) const {
  const Place asked = place();
  return advise(refusal, {bucket_, fmt::format("{}://{}", asked.endpoint.scheme, asked.endpoint.host), asked.region,
                          !options_.no_sign_request, options_.request_payer});
}

void S3Client::throw_refusal(const std::string& what, const HttpReply& reply) const {
  const Advice advice = explain(reply);
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
