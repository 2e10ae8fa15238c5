// The lock of a folder: the operating system keeps it, not the file's existence, so that it ends with its process, however that ends.
#pragma once

#include <memory>
#include <string>

#include "job/storage/store.hpp"

namespace coulis {

// Makes the folder if need be. Throws Error(kRunFailed) naming the process that holds the lock, Error(kStorage).
std::unique_ptr<HeldLock> lock_folder(const std::string& root);

}  // namespace coulis
