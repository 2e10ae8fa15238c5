// The system calls behind a local Location, with what went wrong said in words.
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace coulis {

[[noreturn]] void throw_storage_error(const std::string& what);  // Error(kStorage) with errno's reason and a remedy

bool write_whole(int file, std::span<const std::byte> bytes);  // if not, errno says why
void write_all(int file, std::span<const std::byte> bytes, const std::string& path);
bool sync_and_close(int file);              // these two: if not, errno says why
bool sync_folder(const std::string& path);  // true, too, where the file system has no such thing for folders

std::int64_t mtime_ns_of(const struct stat& info);

}  // namespace coulis
