#include "job/storage/s3/http.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>
#include <new>

#include "core/base/lower_case.hpp"
#include "job/storage/s3/certificates.hpp"

namespace coulis::s3 {
namespace {

constexpr long kConnectDeadline_ms = 3'000;
constexpr long kStallDeadline_s = 10;  // without a byte, before the headers too

struct Receiver {
  HttpReply& reply;
  bool failed = false;  // no memory: an exception must not pass through C
};

std::size_t receive_header(const char* data, std::size_t size, std::size_t count, void* user) {
  auto& receiver = *static_cast<Receiver*>(user);
  const std::string_view line(data, size * count);
  try {
    if (line.starts_with("HTTP/")) {  // of the last answer: those after "100 Continue" come in a second block
      receiver.reply.headers.clear();
      return line.size();
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return line.size();
    std::string name = lower_case(std::string(line.substr(0, colon)));
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && std::isspace(static_cast<unsigned char>(value.front()))) value.remove_prefix(1);
    while (!value.empty() && std::isspace(static_cast<unsigned char>(value.back()))) value.remove_suffix(1);
    receiver.reply.headers.emplace_back(std::move(name), value);
  } catch (const std::bad_alloc&) {
    receiver.failed = true;
    return 0;
  }
  return line.size();
}

std::size_t receive_body(const char* data, std::size_t size, std::size_t count, void* user) {
  auto& receiver = *static_cast<Receiver*>(user);
  const auto* bytes = reinterpret_cast<const std::byte*>(data);
  try {
    receiver.reply.body.insert(receiver.reply.body.end(), bytes, bytes + size * count);
  } catch (const std::bad_alloc&) {
    receiver.failed = true;
    return 0;
  }
  return size * count;
}

using HeaderList = std::unique_ptr<curl_slist, void (*)(curl_slist*)>;

HeaderList to_header_list(const std::vector<std::string>& headers) {
  curl_slist* list = curl_slist_append(nullptr, "Expect:");  // no round trip before a body is sent
  for (const std::string& header : headers) {
    curl_slist* longer = curl_slist_append(list, header.c_str());
    if (longer == nullptr) {
      curl_slist_free_all(list);
      throw std::bad_alloc();
    }
    list = longer;
  }
  return {list, curl_slist_free_all};
}

void describe_request(CURL* handle, const HttpRequest& request, const curl_slist* headers) {
  curl_easy_reset(handle);  // the connection stays
  curl_easy_setopt(handle, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(handle, CURLOPT_PATH_AS_IS, 1L);  // "..", "//" are part of a key
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "coulis");
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, kConnectDeadline_ms);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, kStallDeadline_s);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(request.total_deadline.count()));
  if (const char* certificates = maybe_certificates()) curl_easy_setopt(handle, CURLOPT_CAINFO, certificates);
  if (request.method == "HEAD") {
    curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
  } else if (request.method == "PUT" || request.method == "POST") {
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.empty() ? "" : reinterpret_cast<const char*>(request.body.data()));
    curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  } else if (request.method != "GET") {
    curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
}

}  // namespace

std::string_view HttpReply::header(std::string_view name) const {
  for (const auto& [known, value] : headers) {
    if (known == name) return value;
  }
  return {};
}

std::string_view HttpReply::text() const {
  return {reinterpret_cast<const char*>(body.data()), body.size()};
}

HttpClient::HttpClient() {
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_ALL);
  if (initialised != CURLE_OK) throw std::bad_alloc();
}

HttpClient::~HttpClient() {
  for (void* handle : idle_) curl_easy_cleanup(handle);
}

void* HttpClient::borrow() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      void* handle = idle_.back();
      idle_.pop_back();
      return handle;
    }
  }
  CURL* handle = curl_easy_init();
  if (handle == nullptr) throw std::bad_alloc();
  return handle;
}

HttpReply HttpClient::send(const HttpRequest& request) {
  HttpReply reply;
  reply.body.reserve(request.expected_bytes);
  Receiver receiver{reply};
  const HeaderList headers = to_header_list(request.headers);
  std::array<char, CURL_ERROR_SIZE> words{};
  CURL* handle = borrow();
  describe_request(handle, request, headers.get());
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, words.data());
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, receive_header);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, &receiver);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, receive_body);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &receiver);
  const CURLcode code = curl_easy_perform(handle);
  long status = 0;
  long status_of_proxy = 0;  // to CONNECT
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(handle, CURLINFO_HTTP_CONNECTCODE, &status_of_proxy);
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, nullptr);
  {
    const std::lock_guard lock(mutex_);
    idle_.push_back(handle);
  }
  if (receiver.failed) throw std::bad_alloc();
  if (code == CURLE_OK) {
    reply.status = static_cast<int>(status);
  } else {  // a body that ended early is no answer
    reply.error = words[0] != '\0' ? words.data() : curl_easy_strerror(code);
    if (status_of_proxy >= 300) reply.status = static_cast<int>(status_of_proxy);
  }
  return reply;
}

}  // namespace coulis::s3
