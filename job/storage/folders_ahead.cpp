#include "job/storage/folders_ahead.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

#include "core/base/long_path.hpp"
#include "job/storage/folder_walk.hpp"
#include "job/storage/posix_file.hpp"

namespace coulis {
namespace {

constexpr std::size_t kItemsAtOnce = 1024;
constexpr std::size_t kMostItems = 200'000;   // 30 MB
constexpr std::size_t kFoldersLookedAt = 64;  // those that come next

void open_it(FolderAhead& folder) {
  folder.stream = open_folder(folder.path);
  struct stat info {};
  if (!folder.stream || fstat(dirfd(folder.stream.get()), &info) != 0) {
    folder.open_cause = errno;
    folder.stream.reset();
    return;
  }
  folder.id = id_of(info);
}

std::vector<FolderItem> read_items(FolderAhead& folder) {
  std::vector<FolderItem> items;
  errno = 0;
  while (const dirent* name = readdir(folder.stream.get())) {  // NOLINT(concurrency-mt-unsafe): one stream, one thread
    const std::string_view text = name->d_name;
    if (text != "." && text != ".." && !text.starts_with(kTemporaryPrefix)) {
      FolderItem item{std::string(text), name->d_type};
      struct stat info {};
      if (fstatat(dirfd(folder.stream.get()), name->d_name, &info, 0) != 0) {
        item.cause = errno;
      } else {
        item.mode = info.st_mode;
        item.id = id_of(info);
        item.size_bytes = static_cast<std::uint64_t>(info.st_size);
        item.mtime_ns = mtime_ns_of(info);
      }
      items.push_back(std::move(item));
      if (items.size() == kItemsAtOnce) return items;
    }
    errno = 0;
  }
  folder.cause = errno;
  folder.stream.reset();
  return items;
}

}  // namespace

FolderStream open_folder(const std::string& path) {
  const int file = open_long(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK);
  DIR* stream = file < 0 ? nullptr : fdopendir(file);
  if (stream == nullptr && file >= 0) {
    const int cause = errno;
    close(file);
    errno = cause;
  }
  return {stream, closedir};
}

void FoldersAhead::push(FolderAhead folder) {
  const std::lock_guard lock(mutex_);
  folders_.push_back(std::make_shared<FolderAhead>(std::move(folder)));
  waiting_.notify_one();
}

std::size_t FoldersAhead::waiting() const {
  const std::lock_guard lock(mutex_);
  return folders_.size();
}

std::shared_ptr<FolderAhead> FoldersAhead::pop() {
  const std::lock_guard lock(mutex_);
  current_ = std::move(folders_.back());
  folders_.pop_back();
  room_.notify_all();
  waiting_.notify_one();
  return current_;
}

int FoldersAhead::open(FolderAhead& folder) {
  std::unique_lock lock(mutex_);
  if (!std::exchange(folder.taken, true)) {
    lock.unlock();
    open_it(folder);
    return folder.open_cause;
  }
  changed_.wait(lock, [&] { return folder.opened || ended_; });
  return folder.open_cause;
}

std::vector<FolderItem> FoldersAhead::next(FolderAhead& folder) {
  std::unique_lock lock(mutex_);
  if (!folder.opened) {  // nobody else reads it
    lock.unlock();
    return folder.stream ? read_items(folder) : std::vector<FolderItem>();
  }
  changed_.wait(lock, [&] { return !folder.items.empty() || folder.complete || ended_; });
  if (folder.items.empty()) return {};
  std::vector<FolderItem> items = std::move(folder.items.front());
  folder.items.pop_front();
  items_ahead_ -= items.size();
  room_.notify_all();
  waiting_.notify_one();
  return items;
}

void FoldersAhead::drop(FolderAhead& folder) {
  const std::lock_guard lock(mutex_);
  folder.dropped = true;
  for (const std::vector<FolderItem>& items : folder.items) items_ahead_ -= items.size();
  folder.items.clear();
  room_.notify_all();
}

std::shared_ptr<FolderAhead> FoldersAhead::maybe_begin() {
  if (items_ahead_ >= kMostItems) return nullptr;
  const std::size_t last = folders_.size() - std::min(folders_.size(), kFoldersLookedAt);
  for (std::size_t i = folders_.size(); i > last; --i) {
    if (!std::exchange(folders_[i - 1]->taken, true)) return folders_[i - 1];
  }
  return nullptr;
}

void FoldersAhead::read() {
  std::unique_lock lock(mutex_);
  while (!ended_) {
    const std::shared_ptr<FolderAhead> folder = maybe_begin();
    if (!folder) {
      waiting_.wait(lock);
      continue;
    }
    lock.unlock();
    read_ahead(folder);
    lock.lock();
  }
}

void FoldersAhead::read_ahead(const std::shared_ptr<FolderAhead>& folder) {
  open_it(*folder);
  std::unique_lock lock(mutex_);
  folder->opened = true;
  changed_.notify_one();
  while (folder->stream && !folder->dropped && !ended_) {
    lock.unlock();
    std::vector<FolderItem> items = read_items(*folder);
    lock.lock();
    room_.wait(lock,
               [&] { return ended_ || folder->dropped || items_ahead_ < kMostItems || (current_ == folder && folder->items.empty()); });
    if (items.empty() || folder->dropped) continue;
    items_ahead_ += items.size();
    folder->items.push_back(std::move(items));
    changed_.notify_one();
  }
  folder->complete = true;
  changed_.notify_one();
}

void FoldersAhead::end() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  waiting_.notify_all();
  changed_.notify_all();
  room_.notify_all();
}

}  // namespace coulis
