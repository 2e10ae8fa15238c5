#include "job/storage/s3/bucket.hpp"

#include <fmt/format.h>

#include <utility>

#include "job/storage/s3/bucket_lock.hpp"
#include "job/storage/s3/etag.hpp"
#include "job/storage/s3/list_page.hpp"
#include "job/storage/s3/upload.hpp"

namespace coulis::s3 {
namespace {

Failure unreadable(const std::string& reason) {
  return {Stage::kRead, FailureCode::kUnreadable, fmt::format("cannot be read: {}", printable_sentence(reason))};
}

Failure overwritten() {
  return {Stage::kRead, FailureCode::kChanged, "it was overwritten after it was listed"};
}

}  // namespace

Bucket::Bucket(const std::string& bucket, std::string prefix, const StorageOptions& options)
    : bucket_(bucket), prefix_(std::move(prefix)), client_(std::make_shared<S3Client>(bucket, options)) {}

std::string Bucket::place_of(std::string_view key) const {
  return printable(fmt::format("s3://{}/{}{}", bucket_, prefix_, key));
}

HttpReply Bucket::list_one() const {
  return client_->send({"GET", "", {{"list-type", "2"}, {"max-keys", "1"}, {"prefix", prefix_}}});
}

bool Bucket::exists() const {
  const HttpReply reply = list_one();
  if (reply.ok()) return true;
  client_->throw_refusal(fmt::format("cannot list {}", place_of("")), reply);
}

void Bucket::list(std::string_view prefix, const std::function<void(Entry)>& visit) const {
  const std::string below = prefix.empty() ? prefix_ : fmt::format("{}{}/", prefix_, prefix);
  std::string next;
  do {
    Query query = {{"list-type", "2"}, {"prefix", below}, {"encoding-type", "url"}};
    if (!next.empty()) query.emplace_back("continuation-token", next);
    const HttpReply reply = client_->send({"GET", "", query});
    if (!reply.ok()) client_->throw_refusal(fmt::format("cannot list {}", place_of(prefix)), reply);
    ListPage page = parse_list_page(reply.text(), place_of(prefix));
    for (Entry& entry : page.entries) {
      entry.key.erase(0, prefix_.size());
      visit(std::move(entry));
    }
    next = std::move(page.next);
  } while (!next.empty());
}

Outcome<Bytes> Bucket::get(std::string_view key, const Entry* listed) const {
  const auto start = std::chrono::steady_clock::now();
  S3Request request{"GET", full_key(key), {}, {}, {}};
  if (listed != nullptr) {
    request.expected_bytes = static_cast<std::size_t>(listed->size_bytes);
    if (!listed->etag.empty()) request.headers.push_back(fmt::format("If-Match: \"{}\"", listed->etag));
  }
  request.find_defect = [](const HttpReply& reply) -> std::string {
    return is_damaged(reply) ? "the bytes received do not fit the object's ETag" : "";
  };
  HttpReply reply = client_->send(request);
  if (reply.ok()) {
    const std::string_view etag = without_quotes(reply.header("etag"));
    if (listed != nullptr && !etag.empty() && !listed->etag.empty() && etag != listed->etag)
      return overwritten();  // a server without If-Match
    if (listed != nullptr && reply.body.size() != listed->size_bytes) {
      return Failure{Stage::kRead, FailureCode::kChanged,
                     fmt::format("listed with {} bytes, read {}", listed->size_bytes, reply.body.size())};
    }
    return std::move(reply.body);
  }
  return explain(reply, start, key);
}

Failure Bucket::explain(const HttpReply& reply, std::chrono::steady_clock::time_point start, std::string_view key) const {
  const std::string code = error_in(reply).code;
  if (reply.status == 412) return overwritten();
  if (reply.status == 404 && code != "NoSuchBucket") return {Stage::kRead, FailureCode::kVanished, "the object is no longer there"};
  if (reply.status == 403 && code == "AccessDenied") return unreadable("access denied (403)");
  if (reply.status == 403 && code == "InvalidObjectState") return unreadable("it is archived: restore it first");
  const bool of_this_object = reply.status == 400 || reply.status == 405 || reply.status == 416;
  if (of_this_object && !says_expired(reply)) return unreadable(fmt::format("{}, {}", reply.status, code));
  // Others can be read and this one cannot: bad data. None can: a bad environment.
  const bool gave_up = reply.status == 0 || reply.status >= 500;
  if (gave_up && (client_->answered_since(start) || list_one().ok())) {
    return unreadable(reply.status == 0 ? reply.error : fmt::format("the server answers {}", reply.status));
  }
  client_->throw_refusal(fmt::format("cannot read {}", place_of(key)), reply);
}

bool Bucket::has(std::string_view key) const {
  const HttpReply reply = client_->send({"HEAD", full_key(key)});
  if (reply.ok()) return true;
  if (reply.status == 404) return false;
  client_->throw_refusal(fmt::format("cannot look at {}", place_of(key)), reply);
}

std::unique_ptr<PendingObject> Bucket::begin_put(std::string_view key) const {
  return std::make_unique<Upload>(client_, full_key(key), place_of(key));
}

void Bucket::remove(std::string_view key) const {
  const HttpReply reply = client_->send({"DELETE", full_key(key)});
  if (!reply.ok() && reply.status != 404) client_->throw_refusal(fmt::format("cannot remove {}", place_of(key)), reply);
}

void Bucket::remove_leftovers(std::span<const std::string_view> beginnings) const {
  abort_uploads(*client_, prefix_, beginnings);
}

std::unique_ptr<HeldLock> Bucket::lock() const {
  return lock_bucket(client_, prefix_, place_of(""));
}

}  // namespace coulis::s3
