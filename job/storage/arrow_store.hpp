// ArrowStore: a Store in Google Cloud Storage ("gs://") or Azure ("abfss://"), through Arrow's file systems, with their credentials and
// retries.
#pragma once

#include <memory>
#include <string>

#include "job/storage/store.hpp"

namespace arrow::fs {
class FileSystem;
}

namespace coulis {

class ArrowStore : public Store {
 public:
  explicit ArrowStore(const std::string& uri);  // throws Error(kUsage) if Arrow cannot read it

  bool exists() const override { return true; }
  void list(std::string_view prefix, const std::function<void(Entry)>& visit) const override;
  Outcome<Bytes> get(std::string_view key, const Entry* listed) const override;
  bool has(std::string_view key) const override;
  std::unique_ptr<PendingObject> begin_put(std::string_view key) const override;
  void remove(std::string_view key) const override;
  void remove_leftovers(std::span<const std::string_view> /*beginnings*/) const override {}
  std::unique_ptr<HeldLock> lock() const override;  // these file systems have no conditional put: nothing is locked

 private:
  std::string path_of(std::string_view key) const;

  std::shared_ptr<arrow::fs::FileSystem> files_;
  std::string root_;
};

}  // namespace coulis
