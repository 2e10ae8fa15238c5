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

// A file beside `path`, of a name of its own, even where two machines put the same file: there a process id may be the same.
std::string temporary_path_for(const std::string& path) {
  const std::filesystem::path whole(path);
  return fmt::format("{}/{}{}-{}", whole.parent_path().string(), kTemporaryPrefix, std::random_device{}(), whole.filename().string());
}

[[noreturn]] void throw_unwritable(const std::string& path) {  // for errno
  throw_storage_error(fmt::format("cannot write {}", printable(path)));
}

[[noreturn]] void discard(const std::string& written, const std::string& path) {  // throws for errno
  const int cause = errno;
  unlink(written.c_str());
  errno = cause;
  throw_unwritable(path);
}

int open_or_throw(const std::string& temporary_path, int flags, const std::string& path) {
  const int file = open(temporary_path.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC | flags, 0666);
  if (file < 0) throw_unwritable(path);
  return file;
}

// Makes the folders above.
int create_temporary(const std::string& temporary_path, const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    errno = error.value();
    throw_storage_error(fmt::format("cannot create folder {}", printable(folder.string())));
  }
  return open_or_throw(temporary_path, O_CREAT | O_EXCL, path);
}

// The file is whole and on the disk: now it gets its name.
void publish(const std::string& temporary_path, const std::string& path) {
  if (rename(temporary_path.c_str(), path.c_str()) != 0) discard(temporary_path, path);
  // A name that may be gone after a power cut must not be taken for a finished file before it.
  if (!sync_folder(std::filesystem::path(path).parent_path().string())) discard(path, path);
}

class PendingFile : public PendingObject {
 public:
  explicit PendingFile(const std::string& path)
      : path_(path), temporary_path_(temporary_path_for(path)), file_(create_temporary(temporary_path_, path)) {}
  ~PendingFile() override {
    if (file_ < 0) return;
    close(file_);
    unlink(temporary_path_.c_str());
  }
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;

  void write(std::span<const std::byte> bytes) override { write_all(file_, bytes, path_); }
  void commit() override {
    if (!sync_and_close(std::exchange(file_, -1))) discard(temporary_path_, path_);
    publish(temporary_path_, path_);
  }

 private:
  std::string path_;
  std::string temporary_path_;
  int file_ = -1;
};

// A ticket is the name of the temporary file.
std::string place_of_ticket(const std::string& path, const std::string& ticket) {
  return (std::filesystem::path(path).parent_path() / ticket).string();
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

std::string Folder::begin_pieces(std::string_view key) const {
  const std::string path = path_of(key);
  const std::string temporary_path = temporary_path_for(path);
  if (!sync_and_close(create_temporary(temporary_path, path))) discard(temporary_path, path);
  return std::filesystem::path(temporary_path).filename().string();
}

std::string Folder::put_piece(std::string_view key, const std::string& ticket, const Piece& piece) const {
  const std::string path = path_of(key);
  const int file = open_or_throw(place_of_ticket(path, ticket), 0, path);
  try {
    if (lseek(file, static_cast<off_t>(piece.offset), SEEK_SET) < 0) throw_unwritable(path);
    write_all(file, piece.bytes, path);
  } catch (...) {
    close(file);
    throw;
  }
  if (!sync_and_close(file)) throw_unwritable(path);  // here, as it may be another machine than that of finish_pieces()
  return "";
}

void Folder::finish_pieces(std::string_view key, const std::string& ticket, const std::vector<std::string>& /*receipts*/) const {
  const std::string path = path_of(key);
  publish(place_of_ticket(path, ticket), path);
}

void Folder::drop_pieces(std::string_view key, const std::string& ticket) const {
  unlink(place_of_ticket(path_of(key), ticket).c_str());
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
