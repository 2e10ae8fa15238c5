#include "job/storage/arrow_store.hpp"

#include <arrow/buffer.h>
#include <arrow/filesystem/filesystem.h>
#include <arrow/io/interfaces.h>
#include <fmt/format.h>

#include <utility>

#include "core/base/error.hpp"

namespace coulis {
namespace {

[[noreturn]] void throw_arrow_error(const std::string& what, const arrow::Status& status) {
  throw Error(ErrorCode::kStorage, fmt::format("{}: {}", what, printable_sentence(status.message())),
              "check the credentials, the rights and the network, then run the same command again");
}

// Kept in memory and put as a whole: a stream of Arrow's that is dropped half-way publishes what it has.
class PendingBuffer : public PendingObject {
 public:
  PendingBuffer(std::shared_ptr<arrow::fs::FileSystem> files, std::string path) : files_(std::move(files)), path_(std::move(path)) {}

  void write(std::span<const std::byte> bytes) override { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }

  void commit() override {
    const std::string what = fmt::format("cannot write {}", printable(path_));
    auto opened = files_->OpenOutputStream(path_);
    if (!opened.ok()) throw_arrow_error(what, opened.status());
    const std::shared_ptr<arrow::io::OutputStream> stream = std::move(opened).ValueOrDie();
    arrow::Status status = stream->Write(bytes_.data(), static_cast<std::int64_t>(bytes_.size()));
    if (status.ok()) status = stream->Close();
    if (status.ok()) return;
    (void)stream->Abort();
    throw_arrow_error(what, status);
  }

 private:
  std::shared_ptr<arrow::fs::FileSystem> files_;
  std::string path_;
  Bytes bytes_;
};

std::int64_t mtime_ns(const arrow::fs::FileInfo& info) {
  return info.mtime() == arrow::fs::kNoTime ? 0
                                            : std::chrono::duration_cast<std::chrono::nanoseconds>(info.mtime().time_since_epoch()).count();
}

}  // namespace

ArrowStore::ArrowStore(const std::string& uri) {
  auto opened = arrow::fs::FileSystemFromUri(uri, &root_);
  if (!opened.ok())
    throw Error(ErrorCode::kUsage, fmt::format("{}: {}", printable(uri), printable_sentence(opened.status().message())),
                "check the spelling");
  files_ = std::move(opened).ValueOrDie();
}

std::string ArrowStore::path_of(std::string_view key) const {
  return key.empty() ? root_ : fmt::format("{}/{}", root_, key);
}

void ArrowStore::list(std::string_view prefix, const std::function<void(Entry)>& visit) const {
  arrow::fs::FileSelector selector;
  selector.base_dir = path_of(prefix);
  selector.recursive = true;
  selector.allow_not_found = true;
  const auto found = files_->GetFileInfo(selector);
  if (!found.ok()) throw_arrow_error(fmt::format("cannot list {}", printable(selector.base_dir)), found.status());
  for (const arrow::fs::FileInfo& info : *found) {
    if (!info.IsFile()) continue;
    visit({info.path().substr(root_.size() + 1), static_cast<std::uint64_t>(info.size()), mtime_ns(info), ""});
  }
}

Outcome<Bytes> ArrowStore::get(std::string_view key, const Entry* listed) const {
  const auto unreadable = [](const arrow::Status& status) {
    return Failure{Stage::kRead, FailureCode::kUnreadable, fmt::format("cannot be read: {}", printable_sentence(status.message()))};
  };
  const auto info = files_->GetFileInfo(path_of(key));
  if (!info.ok()) return unreadable(info.status());
  if (!info->IsFile()) return Failure{Stage::kRead, FailureCode::kVanished, "the object is no longer there"};
  if (listed != nullptr && (static_cast<std::uint64_t>(info->size()) != listed->size_bytes || mtime_ns(*info) != listed->mtime_ns)) {
    return Failure{Stage::kRead, FailureCode::kChanged, "it was overwritten after it was listed"};
  }
  const auto stream = files_->OpenInputStream(*info);
  if (!stream.ok()) return unreadable(stream.status());
  Bytes bytes(static_cast<std::size_t>(info->size()));
  const auto count = (*stream)->Read(info->size(), bytes.data());
  if (!count.ok()) return unreadable(count.status());
  if (*count != info->size())
    return Failure{Stage::kRead, FailureCode::kUnreadable, fmt::format("{} of {} bytes came", *count, info->size())};
  return bytes;
}

bool ArrowStore::has(std::string_view key) const {
  const auto info = files_->GetFileInfo(path_of(key));
  if (!info.ok()) throw_arrow_error(fmt::format("cannot look at {}", printable(path_of(key))), info.status());
  return info->IsFile();
}

std::unique_ptr<PendingObject> ArrowStore::begin_put(std::string_view key) const {
  return std::make_unique<PendingBuffer>(files_, path_of(key));
}

void ArrowStore::remove(std::string_view key) const {
  if (!has(key)) return;
  if (const arrow::Status status = files_->DeleteFile(path_of(key)); !status.ok()) {
    throw_arrow_error(fmt::format("cannot remove {}", printable(path_of(key))), status);
  }
}

std::unique_ptr<HeldLock> ArrowStore::lock() const {
  return std::make_unique<HeldLock>();
}

}  // namespace coulis
