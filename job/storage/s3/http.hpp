// One HTTP request and its answer, over libcurl. Connections are kept and used again.
#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coulis::s3 {

struct HttpRequest {
  std::string method;
  std::string url;                   // already percent-encoded; sent as it is
  std::vector<std::string> headers;  // "Name: value"
  std::span<const std::byte> body;
  std::size_t expected_bytes = 0;                    // of the answer's body, if known: room is made once
  std::chrono::milliseconds total_deadline{60'000};  // connecting and stalling have shorter ones
};

struct HttpReply {
  int status = 0;                                            // 0: there was no good answer, and `error` or `defect` says why
  std::string error;                                         // of the transport or a proxy, never holding a secret
  std::string defect;                                        // of an answer that came whole
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::vector<std::byte> body;

  bool ok() const { return status >= 200 && status < 300; }
  std::string_view header(std::string_view name) const;  // empty if it is not there
  std::string_view text() const;                         // the body
};

// Thread-safe: each request borrows a connection that is free, or opens one.
class HttpClient {
 public:
  HttpClient();
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  HttpReply send(const HttpRequest& request);

 private:
  void* borrow();

  std::mutex mutex_;
  std::vector<void*> idle_;  // CURL handles, the latest used last
};

}  // namespace coulis::s3
