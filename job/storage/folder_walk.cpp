#include "job/storage/folder_walk.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "core/base/long_path.hpp"
#include "job/storage/posix_file.hpp"

namespace coulis {
namespace {

using Stream = std::unique_ptr<DIR, int (*)(DIR*)>;

struct FolderId {
  dev_t device;
  ino_t inode;
  bool operator==(const FolderId&) const = default;
};

FolderId id_of(const struct stat& info) {
  return {info.st_dev, info.st_ino};
}

Stream open_folder(const std::string& path) {
  const int file = open_long(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK);
  DIR* stream = file < 0 ? nullptr : fdopendir(file);
  if (stream == nullptr && file >= 0) {
    const int cause = errno;
    close(file);
    errno = cause;
  }
  return {stream, closedir};
}

// What is wrong with this process or machine, and not with a folder.
bool is_of_the_machine(int code) {
  return code == EMFILE || code == ENFILE || code == ENOMEM;
}

// Of a name that stat(2) does not tell of. A link may lead to anything.
EntryKind kind_by_name(unsigned char type) {
  switch (type) {
    case DT_REG: return EntryKind::kFile;
    case DT_DIR: return EntryKind::kUnlisted;
    case DT_LNK:
    case DT_UNKNOWN: return EntryKind::kUnseen;
    default: return EntryKind::kSpecial;
  }
}

struct Pending {
  std::string key;
  std::size_t depth;
};

class FolderWalk {
 public:
  FolderWalk(const std::string& root, const Walk& walk) : root_(root == "/" ? "" : root), walk_(walk) {
    struct stat info {};
    if (walk.left_out != nullptr && stat(walk.left_out->root().c_str(), &info) == 0) left_out_ = id_of(info);
  }

  // Not by recursion: how deep folders lie is for others to say.
  void run(std::string_view prefix) {
    pending_.push_back({std::string(prefix), 0});
    while (!pending_.empty()) {
      const Pending folder = std::move(pending_.back());
      pending_.pop_back();
      list(folder);
    }
  }

 private:
  std::string path_of(const std::string& key) const { return key.empty() && !root_.empty() ? root_ : fmt::format("{}/{}", root_, key); }

  void list(const Pending& folder) {
    const Stream stream = open_folder(path_of(folder.key));
    if (!stream && errno == ENOENT && folder.depth == 0) return;
    struct stat info {};
    if (!stream || fstat(dirfd(stream.get()), &info) != 0) return give_up(folder);
    above_.resize(folder.depth);
    for (const FolderId& id : above_) {
      if (id == id_of(info)) return;  // a link to a folder on the way down: all below it is visited anyway
    }
    above_.push_back(id_of(info));
    const std::string key_prefix = folder.key.empty() ? "" : folder.key + "/";
    errno = 0;
    while (const dirent* item = readdir(stream.get())) {  // NOLINT(concurrency-mt-unsafe): one stream, one thread
      const std::string_view name = item->d_name;
      if (name != "." && name != ".." && !name.starts_with(kTemporaryPrefix)) {
        look_at(dirfd(stream.get()), *item, key_prefix, folder.depth + 1);
      }
      errno = 0;
    }
    if (errno != 0) give_up(folder);
  }

  void look_at(int folder, const dirent& item, const std::string& key_prefix, std::size_t depth) {
    std::string key = key_prefix + item.d_name;
    if (item.d_type == DT_DIR && !enters(key)) return;
    struct stat info {};
    if (fstatat(folder, item.d_name, &info, 0) != 0) {
      if (is_of_the_machine(errno)) throw_storage_error(fmt::format("cannot look at {}", printable(path_of(key))));
      return walk_.visit({std::move(key)}, kind_by_name(item.d_type));
    }
    if (S_ISDIR(info.st_mode)) {
      if (item.d_type != DT_DIR && !enters(key)) return;
      if (left_out_ == id_of(info)) return walk_.visit({std::move(key)}, EntryKind::kLeftOut);
      pending_.push_back({std::move(key), depth});
      return;
    }
    walk_.visit({std::move(key), static_cast<std::uint64_t>(info.st_size), mtime_ns_of(info)},
                S_ISREG(info.st_mode) ? EntryKind::kFile : EntryKind::kSpecial);
  }

  bool enters(const std::string& key) const { return !walk_.enters || walk_.enters(key); }

  // For errno.
  void give_up(const Pending& folder) {
    if (folder.depth == 0 || is_of_the_machine(errno)) {
      throw_storage_error(fmt::format("cannot list {}", printable(path_of(folder.key))));
    }
    walk_.visit({folder.key}, EntryKind::kUnlisted);
  }

  std::string root_;
  const Walk& walk_;
  std::optional<FolderId> left_out_;
  std::vector<Pending> pending_;
  std::vector<FolderId> above_;  // the folders on the way down to the one that is listed
};

}  // namespace

void walk_folder(const std::string& root, std::string_view prefix, const Walk& walk) {
  FolderWalk(root, walk).run(prefix);
}

void throw_unlisted(const std::string& path) {
  errno = 0;
  const Stream stream = open_folder(path);
  if (errno == 0) errno = EIO;  // it can be opened, and ended too early
  throw_storage_error(fmt::format("cannot list {}", printable(path)));
}

Failure explain_unseen(const std::string& path, const Failure& failure) {
  struct stat info {};
  const bool is_folder = stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
  if (!is_folder) return failure;
  const Stream stream = open_folder(path);
  const std::string reason = stream ? "" : fmt::format(": {}", std::generic_category().message(errno));
  return {Stage::kRead, FailureCode::kUnreadable, fmt::format("the folder could not be listed{}", reason)};
}

}  // namespace coulis
