#include "job/storage/arrow_store.hpp"

#include <arrow/buffer.h>
#include <arrow/filesystem/filesystem.h>
#include <arrow/io/interfaces.h>
#include <fmt/format.h>

#include <utility>

#include "core/base/error.hpp"

namespace coulis {
namespace {

constexpr std::chrono::seconds kDeadline{40};
constexpr std::chrono::hours kListingDeadline{24};  // one call, however many objects there are; it ends by Arrow's retries or an interrupt
constexpr std::uint64_t kSlowestRate_bytes_per_s = 16'000;

std::chrono::seconds deadline_for(std::uint64_t size_bytes) {
  return kDeadline + std::chrono::seconds(size_bytes / kSlowestRate_bytes_per_s);
}

[[noreturn]] void throw_arrow_error(const std::string& what, const arrow::Status& status) {
  throw Error(ErrorCode::kStorage, fmt::format("{}: {}", what, printable_sentence(without_secrets(status.message()))),
              "check the credentials, the rights and the network, then run the same command again");
}

arrow::Status write_whole(arrow::fs::FileSystem& files, const std::string& path, const Bytes& bytes) {
  ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::io::OutputStream> stream, files.OpenOutputStream(path));
  arrow::Status status = stream->Write(bytes.data(), static_cast<std::int64_t>(bytes.size()));
  if (status.ok()) status = stream->Close();
  if (!status.ok()) (void)stream->Abort();
  return status;
}

arrow::Result<Bytes> read_whole(arrow::fs::FileSystem& files, const arrow::fs::FileInfo& info) {
  ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::io::InputStream> stream, files.OpenInputStream(info));
  Bytes bytes(static_cast<std::size_t>(info.size()));
  ARROW_ASSIGN_OR_RAISE(const std::int64_t count, stream->Read(info.size(), bytes.data()));
  if (count != info.size()) return arrow::Status::IOError(count, " of ", info.size(), " bytes came");
  return bytes;
}

// Kept in memory and put as a whole: a stream of Arrow's that is dropped half-way publishes what it has.
class PendingBuffer : public PendingObject {
 public:
  PendingBuffer(std::shared_ptr<arrow::fs::FileSystem> files, std::shared_ptr<ArrowCalls> calls, std::string path)
      : files_(std::move(files)), calls_(std::move(calls)), path_(std::move(path)) {}

  void write(std::span<const std::byte> bytes) override { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }

  void commit() override {
    const auto deadline = deadline_for(bytes_.size());
    const arrow::Status status =
        calls_->make(deadline, [files = files_, path = path_, bytes = std::move(bytes_)] { return write_whole(*files, path, bytes); });
    if (!status.ok()) throw_arrow_error(fmt::format("cannot write {}", printable(path_)), status);
  }

 private:
  std::shared_ptr<arrow::fs::FileSystem> files_;
  std::shared_ptr<ArrowCalls> calls_;
  std::string path_;
  Bytes bytes_;
};

std::int64_t mtime_ns(const arrow::fs::FileInfo& info) {
  return info.mtime() == arrow::fs::kNoTime ? 0
                                            : std::chrono::duration_cast<std::chrono::nanoseconds>(info.mtime().time_since_epoch()).count();
}

}  // namespace

ArrowStore::ArrowStore(const std::string& uri, const StorageOptions& options)
    : place_(open_arrow_place(uri, options)), calls_(std::make_shared<ArrowCalls>(place_.address, options.maybe_interrupted)) {}

std::string ArrowStore::path_of(std::string_view key) const {
  return key.empty() ? place_.root : fmt::format("{}/{}", place_.root, key);
}

arrow::Result<arrow::fs::FileInfo> ArrowStore::look_at(std::string_view key) const {
  return calls_->make(kDeadline, [files = place_.files, path = path_of(key)] { return files->GetFileInfo(path); });
}

bool ArrowStore::exists() const {
  const auto info = look_at(".coulis-look");  // of a key and not the bucket, which fewer may look at
  if (!info.ok()) throw_arrow_error(fmt::format("cannot look at {} at {}", printable(place_.root), place_.address), info.status());
  return true;
}

void ArrowStore::list(std::string_view prefix, const std::function<void(Entry)>& visit) const {
  exists();  // a server that does not answer is found out within a minute
  arrow::fs::FileSelector selector;
  selector.base_dir = path_of(prefix);
  selector.recursive = true;
  selector.allow_not_found = true;
  const auto found = calls_->make(kListingDeadline, [files = place_.files, selector] { return files->GetFileInfo(selector); });
  if (!found.ok()) throw_arrow_error(fmt::format("cannot list {}", printable(selector.base_dir)), found.status());
  for (const arrow::fs::FileInfo& info : *found) {
    if (!info.IsFile()) continue;
    visit({info.path().substr(place_.root.size() + 1), static_cast<std::uint64_t>(info.size()), mtime_ns(info), ""});
  }
}

Outcome<Bytes> ArrowStore::get(std::string_view key, const Entry* listed) const {
  const auto unreadable = [this](const arrow::Status& status) {
    exists();  // throws: the server is gone, and not the object
    return Failure{Stage::kRead, FailureCode::kUnreadable,
                   fmt::format("cannot be read: {}", printable_sentence(without_secrets(status.message())))};
  };
  const auto info = look_at(key);
  if (!info.ok()) return unreadable(info.status());
  if (!info->IsFile()) return Failure{Stage::kRead, FailureCode::kVanished, "the object is no longer there"};
  if (listed != nullptr && (static_cast<std::uint64_t>(info->size()) != listed->size_bytes || mtime_ns(*info) != listed->mtime_ns)) {
    return Failure{Stage::kRead, FailureCode::kChanged, "it was overwritten after it was listed"};
  }
  auto bytes = calls_->make(deadline_for(static_cast<std::uint64_t>(info->size())),
                            [files = place_.files, known = *info] { return read_whole(*files, known); });
  if (!bytes.ok()) return unreadable(bytes.status());
  return std::move(bytes).ValueOrDie();
}

std::optional<Entry> ArrowStore::maybe_entry(std::string_view key) const {
  const auto info = look_at(key);
  if (!info.ok()) throw_arrow_error(fmt::format("cannot look at {}", printable(path_of(key))), info.status());
  if (!info->IsFile()) return std::nullopt;
  return Entry{std::string(key), static_cast<std::uint64_t>(info->size()), mtime_ns(*info)};
}

Bytes ArrowStore::get_range(std::string_view key, std::uint64_t offset, std::uint64_t size_bytes) const {
  const auto read = [files = place_.files, path = path_of(key), offset, size_bytes]() -> arrow::Result<std::shared_ptr<arrow::Buffer>> {
    ARROW_ASSIGN_OR_RAISE(const std::shared_ptr<arrow::io::RandomAccessFile> file, files->OpenInputFile(path));
    return file->ReadAt(static_cast<std::int64_t>(offset), static_cast<std::int64_t>(size_bytes));
  };
  const auto buffer = calls_->make(deadline_for(size_bytes), read);
  if (!buffer.ok()) throw_arrow_error(fmt::format("cannot read {}", printable(path_of(key))), buffer.status());
  const auto* first = reinterpret_cast<const std::byte*>((*buffer)->data());
  return {first, first + (*buffer)->size()};
}

Outcome<Bytes> ArrowStore::get_listed_range(const Entry& listed, std::uint64_t offset, std::uint64_t size_bytes) const {
  const std::optional<Entry> now = maybe_entry(listed.key);
  if (!now) return Failure{Stage::kRead, FailureCode::kVanished, "the object is no longer there"};
  if (now->size_bytes != listed.size_bytes || now->mtime_ns != listed.mtime_ns) {
    return Failure{Stage::kRead, FailureCode::kChanged, "it was overwritten after it was listed"};
  }
  return get_range(listed.key, offset, std::min(size_bytes, listed.size_bytes - std::min(offset, listed.size_bytes)));
}

std::unique_ptr<PendingObject> ArrowStore::begin_put(std::string_view key) const {
  return std::make_unique<PendingBuffer>(place_.files, calls_, path_of(key));
}

void ArrowStore::remove(std::string_view key) const {
  if (!has(key)) return;
  const arrow::Status status = calls_->make(kDeadline, [files = place_.files, path = path_of(key)] { return files->DeleteFile(path); });
  if (!status.ok()) throw_arrow_error(fmt::format("cannot remove {}", printable(path_of(key))), status);
}

std::unique_ptr<HeldLock> ArrowStore::lock() const {
  return std::make_unique<HeldLock>();
}

}  // namespace coulis
