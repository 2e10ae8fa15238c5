// The ETag as a checksum: for an object that was put whole and is not encrypted by KMS or with a customer's key, it is the MD5 of its
// bytes, on most servers. Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "job/storage/s3/checksum.hpp"
#include "job/storage/s3/http.hpp"

namespace coulis::s3 {

std::string_view without_quotes(std::string_view etag);

bool looks_like_md5(std::string_view etag);  // without quotes

Fit compare_etag(const HttpReply& reply);  // the answer to a GET of a whole object; unknown: its ETag does not look like an MD5

// Whether the ETags of a server that look like MD5s are MD5s. Decided once, by the first that fits, or by asking when the first does not.
// Thread-safe.
class EtagRule {
 public:
  // True: the bytes are damaged. `any_fits` asks for objects until the ETag of one is its MD5; called once at most.
  bool is_damaged(const HttpReply& reply, const std::function<bool()>& any_fits);
  bool is_off() const { return state_ == State::kOff; }

 private:
  enum class State { kOpen, kOn, kOff };
  std::atomic<State> state_ = State::kOpen;
  std::mutex deciding_;
};

}  // namespace coulis::s3
