#include "job/storage/location.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/base/error.hpp"
#include "job/storage/absolute_path.hpp"
#include "job/storage/arrow_store.hpp"
#include "job/storage/folder.hpp"
#include "job/storage/s3/access_point.hpp"
#include "job/storage/s3/bucket.hpp"
#include "job/storage/store.hpp"

namespace coulis {
namespace {

std::string without_trailing_slashes(std::string text) {
  while (text.size() > 1 && text.back() == '/') text.pop_back();
  return text;
}

bool has_query(const std::string& uri) {
  return uri.starts_with("gs://") || uri.starts_with("abfs://") || uri.starts_with("abfss://");
}

}  // namespace

std::size_t scheme_length(std::string_view uri) {
  const std::size_t end = uri.find("://");
  return end == std::string_view::npos || uri.find('/') < end ? 0 : end + 3;
}

std::string shown_place(const std::string& uri) {
  return printable(has_query(uri) ? uri.substr(0, uri.find('?')) : uri);
}

Location::Location(const std::string& uri, const StorageOptions& options) : options_(options) {
  if (uri.empty()) throw Error(ErrorCode::kUsage, "the location is empty", "name a folder or s3://bucket/prefix");
  if (uri.find('\0') != std::string::npos)
    throw Error(ErrorCode::kUsage, fmt::format("{}: there is a NUL in it", printable(uri)), "no folder and no bucket has such a name");
  const std::size_t scheme_size = scheme_length(uri);
  if (scheme_size == 0) {
    root_ = absolute_path(uri);
    store_ = std::make_shared<Folder>(root_);
    return;
  }
  const std::string scheme = uri.substr(0, scheme_size);
  if (scheme == "s3://") {
    const std::string path = without_trailing_slashes(uri.substr(scheme_size));
    const std::string bucket(s3::bucket_in(path));
    if (bucket.empty() || bucket == "/")
      throw Error(ErrorCode::kUsage, fmt::format("{}: the bucket is missing", printable(uri)), "write s3://bucket/prefix");
    root_ = fmt::format("s3://{}", path);
    store_ = std::make_shared<s3::Bucket>(bucket, path == bucket ? "" : path.substr(bucket.size() + 1) + "/", options);
    return;
  }
  if (has_query(uri)) {
    root_ = without_trailing_slashes(uri.substr(0, uri.find('?')));  // a query may hold a secret, and is no part of paths
    store_ = std::make_shared<ArrowStore>(uri, options);
    return;
  }
  throw Error(ErrorCode::kUsage, fmt::format("{}: '{}' is not supported", printable(uri), printable(scheme)),
              fmt::format("use a folder or s3://bucket/prefix; if this is a folder, write ./{}", printable(uri)));
}

Failure too_large(std::uint64_t size_bytes, std::uint64_t max_photo_bytes) {
  return {Stage::kRead, FailureCode::kTooLarge,
          fmt::format("its {} bytes are more than --max-photo-bytes {}", size_bytes, max_photo_bytes)};
}

Location Location::seen_through(const View& view) const {
  Location self = *this;
  self.store_ = view(store_);
  return self;
}

StoreTraits Location::traits() const {
  return store_->traits();
}

Location Location::another(const std::string& uri) const {
  if (maybe_beside_ && maybe_beside_->root() == uri) return *maybe_beside_;
  return Location(uri, options_);
}

Location Location::beside(const Location& other) const {
  Location self = *this;
  self.maybe_beside_ = std::make_shared<const Location>(other);
  return self;
}

std::string Location::path_of(std::string_view key) const {
  return fmt::format("{}/{}", root_ == "/" ? "" : root_, key);
}

bool Location::exists() const {
  return store_->exists();
}

void Location::list(std::string_view prefix, const std::function<void(Entry)>& visit) const {
  store_->list(prefix, visit);
}

void Location::walk(const Walk& walk) const {
  const std::string root = path_of("");
  if (traits().local || walk.left_out == nullptr || !walk.left_out->root().starts_with(root)) return store_->walk(walk);
  const std::string left_out = walk.left_out->path_of("").substr(root.size());
  store_->walk({[&](Entry entry, EntryKind kind) {
                  const bool below = entry.key.starts_with(left_out);
                  walk.visit(std::move(entry), below ? EntryKind::kLeftOut : kind);
                },
                walk.enters, [&](std::string_view key) { return !key.starts_with(left_out) && (!walk.opens || walk.opens(key)); }, nullptr,
                walk.note});
}

Outcome<Bytes> Location::get(std::string_view key) const {
  return store_->get(key, nullptr);
}

Outcome<Bytes> Location::get(const Entry& entry) const {
  const bool too_many = !entry.place.container && entry.size_bytes > options_.max_photo_bytes;
  if (too_many) return too_large(entry.size_bytes, options_.max_photo_bytes);
  return store_->get(entry.key, &entry);
}

Bytes Location::get_or_throw(std::string_view key) const {
  Outcome<Bytes> bytes = get(key);
  if (!bytes) {
    throw Error(ErrorCode::kStorage, fmt::format("{}: {}", printable(path_of(key)), bytes.failure().message),
                "run the same `coulis run` command again: it restores what is missing");
  }
  return std::move(bytes.value());
}

bool Location::has(std::string_view key) const {
  return store_->has(key);
}

std::optional<std::uint64_t> Location::maybe_size(std::string_view key) const {
  const std::optional<Entry> entry = store_->maybe_entry(key);
  return entry ? std::optional(entry->size_bytes) : std::nullopt;
}

Bytes Location::get_range(std::string_view key, std::uint64_t offset, std::uint64_t size_bytes) const {
  return store_->get_range(key, offset, size_bytes);
}

void Location::will_need(const Entry& entry) const {
  store_->will_need(entry, 0, entry.size_bytes);
}

void Location::put(std::string_view key, std::span<const std::byte> bytes) const {
  PutStream stream(*this, key);
  stream.write(bytes);
  stream.commit();
}

void Location::put(std::string_view key, std::string_view text) const {
  put(key, std::as_bytes(std::span(text)));
}

std::string Location::begin_pieces(std::string_view key) const {
  return store_->begin_pieces(key);
}

std::string Location::put_piece(std::string_view key, const std::string& ticket, const Piece& piece) const {
  return store_->put_piece(key, ticket, piece);
}

void Location::finish_pieces(std::string_view key, const std::string& ticket, const std::vector<std::string>& receipts) const {
  store_->finish_pieces(key, ticket, receipts);
}

void Location::drop_pieces(std::string_view key, const std::string& ticket) const noexcept {
  try {
    store_->drop_pieces(key, ticket);
  } catch (...) {  // NOLINT(bugprone-empty-catch): the next run on this OUTPUT removes them
  }
}

void Location::remove(std::string_view key) const {
  store_->remove(key);
}

void Location::remove_leftovers(std::span<const std::string_view> beginnings) const {
  store_->remove_leftovers(beginnings);
}

std::string Location::warning() const {
  return store_->warning();
}

void Location::stop() const {
  store_->stop();
}

PutStream::PutStream(const Location& location, std::string_view key) : object_(location.store_->begin_put(key)) {}
PutStream::~PutStream() = default;

void PutStream::write(std::span<const std::byte> bytes) {
  object_->write(bytes);
}

void PutStream::commit() {
  object_->commit();
}

}  // namespace coulis
