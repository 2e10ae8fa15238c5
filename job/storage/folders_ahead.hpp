// FoldersAhead: folders that wait to be listed, the last one first, and what other threads have read of them meanwhile.
#pragma once

#include <dirent.h>
#include <sys/stat.h>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace coulis {

using FolderStream = std::unique_ptr<DIR, int (*)(DIR*)>;
FolderStream open_folder(const std::string& path);  // null: errno says why

struct FolderId {
  dev_t device;
  ino_t inode;
  bool operator==(const FolderId&) const = default;
};

inline FolderId id_of(const struct stat& info) {
  return {info.st_dev, info.st_ino};
}

struct FolderItem {
  std::string name;
  unsigned char type;  // of readdir(3)
  int cause = 0;       // errno of stat(2)
  mode_t mode = 0;
  FolderId id{};
  std::uint64_t size_bytes = 0;
  std::int64_t mtime_ns = 0;
};

struct FolderAhead {
  std::string key;
  std::string path;
  std::size_t depth;
  FolderStream stream{nullptr, closedir};
  FolderId id{};
  int open_cause = 0;  // errno: it could not be opened
  int cause = 0;       // errno: it could not be read to its end
  std::deque<std::vector<FolderItem>> items{};
  bool taken = false;  // somebody reads it
  bool opened = false;
  bool complete = false;
  bool dropped = false;  // nobody wants the rest
};

// One thread takes; any number read.
class FoldersAhead {
 public:
  void push(FolderAhead folder);
  std::size_t waiting() const;
  std::shared_ptr<FolderAhead> pop();

  // Of the folder that was popped last. What nobody has begun, the thread that asks reads itself.
  int open(FolderAhead& folder);                      // errno; 0: it is open
  std::vector<FolderItem> next(FolderAhead& folder);  // empty: at its end, or `cause` says why not
  void drop(FolderAhead& folder);

  void read();  // until end()
  void end();

 private:
  std::shared_ptr<FolderAhead> maybe_begin();
  void read_ahead(const std::shared_ptr<FolderAhead>& folder);

  mutable std::mutex mutex_;         // of what follows, and of folders that others read
  std::condition_variable waiting_;  // for a folder
  std::condition_variable changed_;  // for the one who takes
  std::condition_variable room_;     // for items
  std::vector<std::shared_ptr<FolderAhead>> folders_;
  std::shared_ptr<FolderAhead> current_;
  std::size_t items_ahead_ = 0;
  bool ended_ = false;
};

}  // namespace coulis
