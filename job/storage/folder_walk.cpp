#include "job/storage/folder_walk.hpp"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "job/storage/folders_ahead.hpp"
#include "job/storage/posix_file.hpp"
#include "job/threads/workers.hpp"

namespace coulis {
namespace {

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

// Visits names in the order of one thread that lists a folder, then the one that it found last: that thread is one of these. Others list
// ahead of it the folders that come next, as far as it waits for the disk or the server.
class FolderWalk {
 public:
  FolderWalk(const std::string& root, const Walk& walk) : root_(root == "/" ? "" : root), walk_(walk) {
    struct stat info {};
    if (walk.left_out != nullptr && stat(walk.left_out->root().c_str(), &info) == 0) left_out_ = id_of(info);
  }

  // Not by recursion: how deep folders lie is for others to say.
  void run(std::string_view prefix) {
    ahead_.push({std::string(prefix), path_of(std::string(prefix)), 0});
    while (ahead_.waiting() > 0) {
      if (ahead_.waiting() >= kFoldersAlone) return run_in_parallel();
      list_next();
    }
  }

 private:
  static constexpr std::size_t kFoldersAlone = 8;
  static constexpr int kReaders = 16;  // they wait for a disk or a server, whatever the machine

  void run_in_parallel() {
    run_workers(
        1 + kReaders,
        [&](int worker) {
          if (worker > 0) return ahead_.read();
          while (ahead_.waiting() > 0) list_next();
          ahead_.end();
        },
        [&] { ahead_.end(); });
  }

  std::string path_of(const std::string& key) const { return key.empty() && !root_.empty() ? root_ : fmt::format("{}/{}", root_, key); }

  void list_next() {
    const std::shared_ptr<FolderAhead> folder = ahead_.pop();
    if (const int cause = ahead_.open(*folder); cause != 0) {
      if (cause == ENOENT && folder->depth == 0) return;
      return give_up(*folder, cause);
    }
    above_.resize(folder->depth);
    if (std::find(above_.begin(), above_.end(), folder->id) != above_.end()) {  // a link to one on the way down: visited anyway
      return ahead_.drop(*folder);
    }
    above_.push_back(folder->id);
    const std::string key_prefix = folder->key.empty() ? "" : folder->key + "/";
    for (std::vector<FolderItem> items = ahead_.next(*folder); !items.empty(); items = ahead_.next(*folder)) {
      for (const FolderItem& item : items) look_at(item, key_prefix, folder->depth + 1);
    }
    if (folder->cause != 0) give_up(*folder, folder->cause);
  }

  void look_at(const FolderItem& item, const std::string& key_prefix, std::size_t depth) {
    std::string key = key_prefix + item.name;
    if (item.type == DT_DIR && !enters(key)) return;
    if (item.cause != 0) {
      errno = item.cause;
      if (is_of_the_machine(item.cause)) throw_storage_error(fmt::format("cannot look at {}", printable(path_of(key))));
      return walk_.visit({std::move(key)}, kind_by_name(item.type));
    }
    if (S_ISDIR(item.mode)) {
      if (item.type != DT_DIR && !enters(key)) return;
      if (left_out_ == item.id) return walk_.visit({std::move(key)}, EntryKind::kLeftOut);
      std::string path = path_of(key);
      ahead_.push({std::move(key), std::move(path), depth});
      return;
    }
    walk_.visit({std::move(key), item.size_bytes, item.mtime_ns}, S_ISREG(item.mode) ? EntryKind::kFile : EntryKind::kSpecial);
  }

  bool enters(const std::string& key) const { return !walk_.enters || walk_.enters(key); }

  void give_up(const FolderAhead& folder, int cause) {
    errno = cause;
    if (folder.depth == 0 || is_of_the_machine(cause)) throw_storage_error(fmt::format("cannot list {}", printable(folder.path)));
    walk_.visit({folder.key}, EntryKind::kUnlisted);
  }

  std::string root_;
  const Walk& walk_;
  std::optional<FolderId> left_out_;
  FoldersAhead ahead_;
  std::vector<FolderId> above_;  // the folders on the way down to the one that is listed
};

}  // namespace

void walk_folder(const std::string& root, std::string_view prefix, const Walk& walk) {
  FolderWalk(root, walk).run(prefix);
}

void throw_unlisted(const std::string& path) {
  errno = 0;
  const FolderStream stream = open_folder(path);
  if (errno == 0) errno = EIO;  // it can be opened, and ended too early
  throw_storage_error(fmt::format("cannot list {}", printable(path)));
}

Failure explain_unseen(const std::string& path, const Failure& failure) {
  struct stat info {};
  const bool is_folder = stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
  if (!is_folder) return failure;
  const FolderStream stream = open_folder(path);
  const std::string reason = stream ? "" : fmt::format(": {}", std::generic_category().message(errno));
  return {Stage::kRead, FailureCode::kUnreadable, fmt::format("the folder could not be listed{}", reason)};
}

}  // namespace coulis
