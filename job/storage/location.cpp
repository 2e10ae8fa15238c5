#include "job/storage/location.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <utility>

#include "core/base/error.hpp"
#include "job/storage/posix_file.hpp"

namespace coulis {
namespace {

constexpr std::string_view kTemporaryPrefix = ".coulis-tmp-";

struct FolderId {
  dev_t device;
  ino_t inode;
};

// Depth first; `above` holds the folders on the way down, so that a link to one of them ends the descent.
void walk(const std::string& folder, const std::string& key_prefix, std::vector<FolderId>& above, const std::function<void(Entry)>& visit) {
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(opendir(folder.c_str()), closedir);
  if (!stream) {
    if (errno == ENOENT && above.empty()) return;
    throw_storage_error(fmt::format("cannot list {}", printable(folder)));
  }
  struct stat folder_stat {};
  if (fstat(dirfd(stream.get()), &folder_stat) != 0) throw_storage_error(fmt::format("cannot look at {}", printable(folder)));
  for (const FolderId& id : above) {
    if (id.device == folder_stat.st_dev && id.inode == folder_stat.st_ino) return;
  }
  above.push_back({folder_stat.st_dev, folder_stat.st_ino});
  errno = 0;
  while (const dirent* item = readdir(stream.get())) {  // NOLINT(concurrency-mt-unsafe): one stream, one thread
    const std::string name = item->d_name;
    if (name == "." || name == ".." || name.starts_with(kTemporaryPrefix)) continue;
    struct stat info {};
    const bool readable = fstatat(dirfd(stream.get()), name.c_str(), &info, 0) == 0;
    if (readable && S_ISDIR(info.st_mode)) {
      walk(fmt::format("{}/{}", folder, name), fmt::format("{}{}/", key_prefix, name), above, visit);
    } else if (!readable || S_ISREG(info.st_mode)) {  // a broken link is listed: reading it will say what is wrong
      const std::int64_t mtime_ns = std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
      visit({key_prefix + name, static_cast<std::uint64_t>(info.st_size), mtime_ns});
    }
    errno = 0;
  }
  if (errno != 0) throw_storage_error(fmt::format("cannot list {}", printable(folder)));
  above.pop_back();
}

std::size_t utf8_length(std::string_view text) {  // bytes of the valid UTF-8 character at the front, 0 if there is none
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {  // no overlong forms, no surrogates
    const bool second = first == 0xE0 ? follows(1, 0xA0) : first == 0xED ? follows(1, 0x80, 0x9F) : follows(1);
    return second && follows(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool second = first == 0xF0 ? follows(1, 0x90) : first == 0xF4 ? follows(1, 0x80, 0x8F) : follows(1);
    return second && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

// C0, DEL and C1: a terminal takes U+009B for the start of an escape sequence, as it does ESC [.
bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return first < 0x20 || first == 0x7F;
  return first == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0;
}

}  // namespace

Location::Location(const std::string& uri) {
  if (const auto scheme_end = uri.find("://"); scheme_end != std::string::npos) {
    throw Error(ErrorCode::kUsage, fmt::format("{}: this version reads and writes folders only", uri),
                fmt::format("copy the data to a folder first; '{}' is not supported yet", uri.substr(0, scheme_end + 3)));
  }
  if (uri.empty()) throw Error(ErrorCode::kUsage, "the location is empty", "name a folder");
  root_ = std::filesystem::absolute(uri).lexically_normal().string();
  while (root_.size() > 1 && root_.back() == '/') root_.pop_back();
}

std::string Location::path_of(std::string_view key) const {
  return fmt::format("{}/{}", root_ == "/" ? "" : root_, key);
}

bool Location::exists() const {
  struct stat info {};
  return stat(root_.c_str(), &info) == 0;
}

void Location::list(std::string_view prefix, const std::function<void(Entry)>& visit) const {
  std::vector<FolderId> above;
  const std::string key_prefix = prefix.empty() ? "" : fmt::format("{}/", prefix);
  walk(prefix.empty() ? root_ : path_of(prefix), key_prefix, above, visit);
}

Outcome<Bytes> Location::get(std::string_view key) const {
  return read_file(path_of(key));
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
  struct stat info {};
  return stat(path_of(key).c_str(), &info) == 0;
}

void Location::will_need(std::string_view key) const {
  start_reading(path_of(key));
}

void Location::put(std::string_view key, std::span<const std::byte> bytes) const {
  PutStream stream(*this, key);
  stream.write(bytes);
  stream.commit();
}

void Location::put(std::string_view key, std::string_view text) const {
  put(key, std::as_bytes(std::span(text)));
}

void Location::remove(std::string_view key) const {
  const std::string path = path_of(key);
  const bool removed = unlink(path.c_str()) == 0;
  if (!removed && errno == ENOENT) return;
  if (!removed || !sync_folder(std::filesystem::path(path).parent_path().string())) {
    throw_storage_error(fmt::format("cannot remove {}", printable(path)));
  }
}

void Location::remove_leftovers() const {
  for (const std::string& folder : {root_, path_of("features"), path_of("pca")}) {
    std::error_code ignored;  // a folder that is not there has no leftovers; others do no harm
    for (std::filesystem::directory_iterator item(folder, ignored), end; item != end; item.increment(ignored)) {
      if (item->path().filename().string().starts_with(kTemporaryPrefix)) std::filesystem::remove(item->path(), ignored);
    }
  }
}

PutStream::PutStream(const Location& location, std::string_view key) : path_(location.path_of(key)) {
  const std::filesystem::path path(path_);
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  if (error) {
    errno = error.value();
    throw_storage_error(fmt::format("cannot create folder {}", printable(path.parent_path().string())));
  }
  temporary_path_ = fmt::format("{}/{}{}-{}", path.parent_path().string(), kTemporaryPrefix, getpid(), path.filename().string());
  file_ = open(temporary_path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (file_ < 0) throw_storage_error(fmt::format("cannot write {}", printable(path_)));
}

PutStream::~PutStream() {
  if (file_ >= 0) {
    close(file_);
    unlink(temporary_path_.c_str());
  }
}

void PutStream::write(std::span<const std::byte> bytes) {
  write_all(file_, bytes, path_);
}

void PutStream::commit() {
  if (!sync_and_close(std::exchange(file_, -1))) discard(temporary_path_);
  if (rename(temporary_path_.c_str(), path_.c_str()) != 0) discard(temporary_path_);
  // A name that may be gone after a power cut must not be taken for a finished file before it.
  if (!sync_folder(std::filesystem::path(path_).parent_path().string())) discard(path_);
}

void PutStream::discard(const std::string& written) {
  const int cause = errno;
  unlink(written.c_str());
  errno = cause;
  throw_storage_error(fmt::format("cannot write {}", printable(path_)));
}

std::string printable(std::string_view raw) {
  std::string text;
  text.reserve(raw.size());
  while (!raw.empty()) {
    const std::size_t length = utf8_length(raw);
    const std::size_t taken = std::max<std::size_t>(length, 1);
    if (length == 0 || is_control(raw.substr(0, length))) {
      for (const char c : raw.substr(0, taken)) text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      text.append(raw.substr(0, length));
    }
    raw.remove_prefix(taken);
  }
  return text;
}

}  // namespace coulis
