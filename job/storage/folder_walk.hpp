// walk_folder: every name below a folder of the local file system, however deep, linked or closed.
#pragma once

#include <string>
#include <string_view>

#include "core/base/failure.hpp"
#include "job/storage/location.hpp"

namespace coulis {

inline constexpr std::string_view kTemporaryPrefix = ".coulis-tmp-";  // of files half written, which are not visited

// Below `prefix` (a folder key, or ""). One that does not exist has no files; throws Error(kStorage) if it cannot be listed.
void walk_folder(const std::string& root, std::string_view prefix, const Walk& walk);

[[noreturn]] void throw_unlisted(const std::string& path);  // Error(kStorage) for a folder that was not listed

// Why an entry that was never seen cannot be read: `failure`, unless it is a folder.
Failure explain_unseen(const std::string& path, const Failure& failure);

}  // namespace coulis
