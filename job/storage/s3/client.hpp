// S3Client: signed requests to one bucket, asked again while the server is busy, silent or wrong.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "job/storage/patience.hpp"
#include "job/storage/s3/credentials.hpp"
#include "job/storage/s3/endpoint.hpp"
#include "job/storage/s3/http.hpp"
#include "job/storage/s3/redirect.hpp"
#include "job/storage/s3/refusals.hpp"

namespace coulis::s3 {

struct S3Request {
  std::string method;
  std::string key;  // empty: the bucket
  Query query{};
  std::vector<std::string> headers{};  // "If-Match: ..."
  std::span<const std::byte> body{};
  std::size_t expected_bytes = 0;  // of the answer
  bool wants_checksum = false;     // of the object, in the answer to a GET
  // What is wrong with an answer that came whole, such as a flipped byte; empty: nothing. It is asked for again then.
  std::function<std::string(const HttpReply&)> find_defect{};
};

// Thread-safe.
class S3Client {
 public:
  S3Client(std::string bucket, StorageOptions options);

  // The last answer: what was asked for, a refusal, or, when asking again was in vain, the error of the server or the transport.
  // In vain: 10 tries and two minutes (full jitter, waits of up to 20 s), 6 tries if the server has never answered, AWS_MAX_ATTEMPTS if
  // set.
  HttpReply send(const S3Request& request);

  bool answered_since(std::chrono::steady_clock::time_point time) const;  // to any request

  Advice explain(const HttpReply& refusal) const;

  // Throws Error(kStorage): `what` was to be done, `reply` says why it was not.
  [[noreturn]] void throw_refusal(const std::string& what, const HttpReply& reply) const;

  // No more waiting between tries: send() throws Error(kInterrupted) instead.
  void stop();

 private:
  HttpRequest to_http(const S3Request& request, const Credentials& credentials, const Place& place) const;
  static Meaning judge(const S3Request& request, HttpReply& reply);
  Place place() const;
  std::optional<Redirect> find_way(const HttpReply& reply, const S3Request& request, const Credentials& credentials, const Place& from);
  void go_to(const Place& place, const Place& from);
  bool gives_up(int attempt, int damaged, std::chrono::steady_clock::time_point start) const;
  bool wait_before(int attempt);  // false if stopped

  std::string bucket_;
  StorageOptions options_;
  HttpClient http_;
  CredentialChain credentials_;
  int max_attempts_;  // 0: the rule above

  mutable std::mutex place_mutex_;
  Place place_;

  std::atomic<bool> reached_ = false;                            // by any answer, a busy server's too
  std::atomic<std::chrono::steady_clock::rep> last_answer_ = 0;  // 0: never
  std::mutex stop_mutex_;
  std::condition_variable stop_signal_;
  bool stopped_ = false;
  Patience patience_;
};

}  // namespace coulis::s3
