#include "job/storage/folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <random>
#include <set>
#include <utility>

#include "core/base/error.hpp"
#include "core/base/read_file.hpp"
#include "job/storage/folder_lock.hpp"
#include "job/storage/folder_walk.hpp"
#include "job/storage/posix_file.hpp"

namespace coulis {
namespace {

constexpr std::uint64_t kLargestFile = std::uint64_t{4} << 30;  // no photo is larger; a sparse file must not take the memory

// A temporary file beside the final one; fsync, rename.
class PendingFile : public PendingObject {
 public:
  explicit PendingFile(std::string path);
  ~PendingFile() override;
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;

  void write(std::span<const std::byte> bytes) override { write_all(file_, bytes, path_); }
  void commit() override;

 private:
  [[noreturn]] void discard(const std::string& written);  // throws Error(kStorage) for errno

  std::string path_;
  std::string temporary_path_;
  int file_ = -1;
};

PendingFile::PendingFile(std::string final_path) : path_(std::move(final_path)) {
  const std::filesystem::path path(path_);
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  if (error) {
    errno = error.value();
    throw_storage_error(fmt::format("cannot create folder {}", printable(path.parent_path().string())));
  }
  // Its own, even where two machines put the same file: there a process id may be the same.
  temporary_path_ =
      fmt::format("{}/{}{}-{}", path.parent_path().string(), kTemporaryPrefix, std::random_device{}(), path.filename().string());
  file_ = open(temporary_path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (file_ < 0) throw_storage_error(fmt::format("cannot write {}", printable(path_)));
}

PendingFile::~PendingFile() {
  if (file_ >= 0) {
    close(file_);
    unlink(temporary_path_.c_str());
  }
}

void PendingFile::commit() {
  if (!sync_and_close(std::exchange(file_, -1))) discard(temporary_path_);
  if (rename(temporary_path_.c_str(), path_.c_str()) != 0) discard(temporary_path_);
  // A name that may be gone after a power cut must not be taken for a finished file before it.
  if (!sync_folder(std::filesystem::path(path_).parent_path().string())) discard(path_);
}

void PendingFile::discard(const std::string& written) {
  const int cause = errno;
  unlink(written.c_str());
  errno = cause;
  throw_storage_error(fmt::format("cannot write {}", printable(path_)));
}

}  // namespace

std::string Folder::path_of(std::string_view key) const {
  return key.empty() ? root_ : fmt::format("{}/{}", root_ == "/" ? "" : root_, key);
}

bool Folder::exists() const {
  struct stat info {};
  return stat(root_.c_str(), &info) == 0 || (errno != ENOENT && errno != ENOTDIR);  // listing one that may not be seen says why
}

void Folder::list(std::string_view prefix, const std::function<void(Entry)>& visit) const {
  const auto visit_strictly = [&](Entry entry, EntryKind kind) {
    if (kind == EntryKind::kUnlisted) throw_unlisted(path_of(entry.key));
    if (kind != EntryKind::kSpecial) visit(std::move(entry));  // a broken link is listed: reading it will say what is wrong
  };
  walk_folder(root_, prefix, {visit_strictly, {}});
}

void Folder::walk(const Walk& walk) const {
  walk_folder(root_, "", walk);
}

Outcome<Bytes> Folder::get(std::string_view key, const Entry* listed) const {
  Outcome<Bytes> bytes = read_file(path_of(key), kLargestFile);
  if (!bytes && listed != nullptr && !listed->seen()) return explain_unseen(path_of(key), bytes.failure());
  if (bytes && listed != nullptr && bytes.value().size() != listed->size_bytes) {
    return Failure{Stage::kRead, FailureCode::kChanged,
                   fmt::format("listed with {} bytes, read {}", listed->size_bytes, bytes.value().size())};
  }
  return bytes;
}

bool Folder::has(std::string_view key) const {
  struct stat info {};
  return stat(path_of(key).c_str(), &info) == 0;
}

std::optional<Entry> Folder::maybe_entry(std::string_view key) const {
  struct stat info {};
  if (stat(path_of(key).c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
  return Entry{std::string(key), static_cast<std::uint64_t>(info.st_size), mtime_ns_of(info)};
}

Outcome<Bytes> Folder::get_listed_range(const Entry& listed, std::uint64_t offset, std::uint64_t size_bytes) const {
  return read_file_range(path_of(listed.key), offset, size_bytes, [&](const struct stat& info) {
    return static_cast<std::uint64_t>(info.st_size) == listed.size_bytes && mtime_ns_of(info) == listed.mtime_ns;
  });
}

Bytes Folder::get_range(std::string_view key, std::uint64_t offset, std::uint64_t size_bytes) const {
  Outcome<Bytes> bytes = read_file_range(path_of(key), offset, size_bytes, [](const struct stat&) { return true; });
  if (!bytes) throw Error(ErrorCode::kStorage, fmt::format("{}: {}", printable(path_of(key)), bytes.failure().message));
  return std::move(bytes.value());
}

void Folder::will_need(const Entry& listed, std::uint64_t offset, std::uint64_t size_bytes) const {
  start_reading(path_of(listed.key), offset, size_bytes);
}

std::unique_ptr<PendingObject> Folder::begin_put(std::string_view key) const {
  return std::make_unique<PendingFile>(path_of(key));
}

void Folder::remove(std::string_view key) const {
  const std::string path = path_of(key);
  const bool removed = unlink(path.c_str()) == 0;
  if (!removed && errno == ENOENT) return;
  if (!removed || !sync_folder(std::filesystem::path(path).parent_path().string())) {
    throw_storage_error(fmt::format("cannot remove {}", printable(path)));
  }
}

void Folder::remove_leftovers(std::span<const std::string_view> beginnings) const {
  std::set<std::string> folders;
  for (const std::string_view beginning : beginnings) folders.insert(std::filesystem::path(path_of(beginning)).parent_path().string());
  for (const std::string& folder : folders) {
    std::error_code ignored;  // a folder that is not there has no leftovers; others do no harm
    for (std::filesystem::directory_iterator item(folder, ignored), end; item != end; item.increment(ignored)) {
      if (item->path().filename().string().starts_with(kTemporaryPrefix)) std::filesystem::remove(item->path(), ignored);
    }
  }
}

std::unique_ptr<HeldLock> Folder::lock() const {
  return lock_folder(root_);
}

}  // namespace coulis
