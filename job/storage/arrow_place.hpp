// Where gs:// and abfss:// lead: Arrow's file system, with bounded retries, and the path in it.
#pragma once

#include <memory>
#include <string>

#include "job/storage/storage_options.hpp"

namespace arrow::fs {
class FileSystem;
}

namespace coulis {

struct ArrowPlace {
  std::shared_ptr<arrow::fs::FileSystem> files;
  std::string root;     // "bucket/prefix"
  std::string address;  // of the server, for messages
};

ArrowPlace open_arrow_place(const std::string& uri, const StorageOptions& options);  // throws Error(kUsage)

std::string without_secrets(const std::string& message);  // such as the signature in an address of Azure's

}  // namespace coulis
