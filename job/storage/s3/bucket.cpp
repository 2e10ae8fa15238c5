#include "job/storage/s3/bucket.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "job/storage/s3/bucket_lock.hpp"
#include "job/storage/s3/list_page.hpp"
#include "job/storage/s3/parallel_list.hpp"

namespace coulis::s3 {
namespace {

// When the first ETag does not fit.
constexpr std::size_t kOthersAsked = 3;
constexpr std::size_t kTimesAsked = 3;  // for the object itself

Failure unreadable(const std::string& reason) {
  return {Stage::kRead, FailureCode::kUnreadable, fmt::format("cannot be read: {}", printable_sentence(reason))};
}

std::string range_header(std::uint64_t offset, std::uint64_t size_bytes) {
  return fmt::format("Range: bytes={}-{}", offset, offset + size_bytes - 1);
}

Failure overwritten() {
  return {Stage::kRead, FailureCode::kChanged, "it was overwritten after it was listed"};
}

}  // namespace

Bucket::Bucket(const std::string& bucket, std::string prefix, const StorageOptions& options)
    : bucket_(bucket), prefix_(std::move(prefix)), client_(std::make_shared<S3Client>(bucket, options)) {}

std::string Bucket::full_key(std::string_view key) const {
  if (!key.empty()) return prefix_ + std::string(key);
  return prefix_.substr(0, prefix_.empty() ? 0 : prefix_.size() - 1);  // the object that the location itself names
}

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
  const auto ask = [&](const PageQuery& page) {
    Query query = {{"list-type", "2"}, {"prefix", page.prefix}, {"encoding-type", "url"}};
    if (!page.token.empty()) query.emplace_back("continuation-token", page.token);
    if (!page.start_after.empty()) query.emplace_back("start-after", page.start_after);
    if (page.folders) query.emplace_back("delimiter", "/");
    const HttpReply reply = client_->send({"GET", "", query});
    if (!reply.ok()) client_->throw_refusal(fmt::format("cannot list {}", place_of(prefix)), reply);
    return parse_list_page(reply.text(), place_of(prefix));
  };
  list_in_parallel(below, ask, [&](Entry entry) {
    entry.key.erase(0, prefix_.size());
    visit(std::move(entry));
  });
}

Outcome<Bytes> Bucket::get(std::string_view key, const Entry* listed) const {
  const auto start = std::chrono::steady_clock::now();
  S3Request request{"GET", full_key(key), {}, {}, {}};
  if (listed != nullptr) {
    request.expected_bytes = static_cast<std::size_t>(listed->size_bytes);
    if (!listed->etag.empty()) request.headers.push_back(fmt::format("If-Match: \"{}\"", listed->etag));
  }
  request.wants_checksum = true;
  request.find_defect = [&](const HttpReply& reply) { return find_damage(reply, request.key); };
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

std::string Bucket::find_damage(const HttpReply& reply, const std::string& full_key) const {
  switch (compare_checksum(reply)) {
    case Fit::kFits: return "";
    case Fit::kDiffers: return "the bytes received do not fit the object's checksum";
    case Fit::kUnknown: break;
  }
  const bool damaged = etag_rule_.is_damaged(reply, [&] { return an_etag_fits(reply, full_key); });
  return damaged ? "the bytes received do not fit the object's ETag" : "";
}

// The object again and a few small others: if none has the MD5 that its ETag looks like, the server's ETags are something else. What
// differs from one time to the next is damage.
bool Bucket::an_etag_fits(const HttpReply& damaged, const std::string& full_key) const {
  std::vector<std::string> keys = {full_key};
  const HttpReply listed = client_->send({"GET", "", {{"list-type", "2"}, {"prefix", prefix_}, {"encoding-type", "url"}}});
  if (listed.ok()) {
    std::vector<Entry> others = parse_list_page(listed.text(), place_of("")).entries;
    std::erase_if(others, [&](const Entry& entry) { return entry.key == full_key || !looks_like_md5(entry.etag); });
    std::sort(others.begin(), others.end(), [](const Entry& a, const Entry& b) { return a.size_bytes < b.size_bytes; });
    for (std::size_t i = 0; i < std::min(others.size(), kOthersAsked); ++i) keys.push_back(others[i].key);
  }
  keys.insert(keys.end(), kTimesAsked - 1, full_key);
  return std::any_of(keys.begin(), keys.end(), [&](const std::string& key) {
    const HttpReply reply = client_->send({"GET", key});
    if (!reply.ok()) return false;
    return compare_etag(reply) == Fit::kFits ||
           (key == full_key && reply.body != damaged.body && reply.header("etag") == damaged.header("etag"));
  });
}

Failure Bucket::explain(const HttpReply& reply, std::chrono::steady_clock::time_point start, std::string_view key) const {
  const std::string code = error_in(reply).code;
  if (reply.status == 412) return overwritten();
  if (reply.status == 404 && (code.empty() || code == "NoSuchKey" || code == "NoSuchVersion"))
    return {Stage::kRead, FailureCode::kVanished, "the object is no longer there"};
  const Meaning meaning = meaning_of(reply);
  // Others can be read and this one cannot: bad data. None can: a bad environment.
  const bool gave_up = meaning == Meaning::kBusy && (client_->answered_since(start) || list_one().ok());
  if (meaning == Meaning::kObject || gave_up) return unreadable(reply.defect.empty() ? client_->explain(reply).cause : reply.defect);
  client_->throw_refusal(fmt::format("cannot read {}", place_of(key)), reply);
}

Bytes Bucket::get_range(std::string_view key, std::uint64_t offset, std::uint64_t size_bytes) const {
  S3Request request{"GET", full_key(key)};
  request.headers.push_back(range_header(offset, size_bytes));
  request.expected_bytes = static_cast<std::size_t>(size_bytes);
  HttpReply reply = client_->send(request);
  if (!reply.ok()) client_->throw_refusal(fmt::format("cannot read {}", place_of(key)), reply);
  if (reply.status == 200) return slice(reply.body, offset, size_bytes);  // a server without ranges
  return std::move(reply.body);
}

Outcome<Bytes> Bucket::get_listed_range(const Entry& listed, std::uint64_t offset, std::uint64_t size_bytes) const {
  size_bytes = std::min(size_bytes, listed.size_bytes - std::min(offset, listed.size_bytes));
  if (size_bytes == 0) return Bytes();
  const auto start = std::chrono::steady_clock::now();
  S3Request request{"GET", full_key(listed.key)};
  request.headers.push_back(range_header(offset, size_bytes));
  if (!listed.etag.empty()) request.headers.push_back(fmt::format("If-Match: \"{}\"", listed.etag));
  request.expected_bytes = static_cast<std::size_t>(size_bytes);
  HttpReply reply = client_->send(request);
  if (!reply.ok()) return explain(reply, start, listed.key);
  const std::string_view etag = without_quotes(reply.header("etag"));
  if (!etag.empty() && !listed.etag.empty() && etag != listed.etag) return overwritten();             // a server without If-Match
  Bytes bytes = reply.status == 200 ? slice(reply.body, offset, size_bytes) : std::move(reply.body);  // 200: a server without ranges
  if (bytes.size() != size_bytes) {
    return Failure{Stage::kRead, FailureCode::kChanged, fmt::format("{} of {} bytes came", bytes.size(), size_bytes)};
  }
  return bytes;
}

std::optional<Entry> Bucket::maybe_entry(std::string_view key) const {
  if (full_key(key).empty()) return std::nullopt;  // the bucket itself
  const HttpReply reply = client_->send({"HEAD", full_key(key)});
  if (reply.ok()) {
    Entry entry{std::string(key)};
    const std::string_view text = reply.header("content-length");
    std::from_chars(text.data(), text.data() + text.size(), entry.size_bytes);
    entry.etag = without_quotes(reply.header("etag"));
    return entry;
  }
  if (reply.status == 404) return std::nullopt;
  client_->throw_refusal(fmt::format("cannot look at {}", place_of(key)), reply);
}

std::unique_ptr<PendingObject> Bucket::begin_put(std::string_view key) const {
  return std::make_unique<Upload>(target(key));
}

std::string Bucket::begin_pieces(std::string_view key) const {
  return begin_upload(target(key));
}

std::string Bucket::put_piece(std::string_view key, const std::string& ticket, const Piece& piece) const {
  return send_part(target(key), ticket, piece.number, piece.bytes);
}

void Bucket::finish_pieces(std::string_view key, const std::string& ticket, const std::vector<std::string>& receipts) const {
  complete_upload(target(key), ticket, receipts);
}

void Bucket::drop_pieces(std::string_view key, const std::string& ticket) const {
  abort_upload(target(key), ticket);
}

void Bucket::remove(std::string_view key) const {
  const HttpReply reply = client_->send({"DELETE", full_key(key)});
  if (!reply.ok() && reply.status != 404) client_->throw_refusal(fmt::format("cannot remove {}", place_of(key)), reply);
}

void Bucket::remove_leftovers(std::span<const std::string_view> beginnings) const {
  abort_uploads(*client_, prefix_, beginnings);
}

std::string Bucket::warning() const {
  if (!etag_rule_.is_off()) return "";
  return fmt::format("the ETags of {} are not MD5s of its objects: bytes that change on the way will not be noticed", place_of(""));
}

std::unique_ptr<HeldLock> Bucket::lock() const {
  return lock_bucket(client_, prefix_, place_of(""));
}

}  // namespace coulis::s3
