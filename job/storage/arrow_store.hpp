// ArrowStore: a Store in Google Cloud Storage ("gs://") or Azure ("abfss://"), through Arrow's file systems, with their credentials and
// retries.
#pragma once

#include <arrow/result.h>

#include <memory>
#include <string>

#include "job/storage/arrow_calls.hpp"
#include "job/storage/arrow_place.hpp"
#include "job/storage/store.hpp"

namespace arrow::fs {
struct FileInfo;
}

namespace coulis {

class ArrowStore : public Store {
 public:
  ArrowStore(const std::string& uri, const StorageOptions& options);  // throws Error(kUsage) if Arrow cannot read it

  StoreTraits traits() const override { return {.useful_requests = 128, .locks = false}; }
  bool exists() const override;
  void list(std::string_view prefix, const std::function<void(Entry)>& visit) const override;
  Outcome<Bytes> get(std::string_view key, const Entry* listed) const override;
  bool has(std::string_view key) const override { return maybe_entry(key).has_value(); }
  std::unique_ptr<PendingObject> begin_put(std::string_view key) const override;
  void remove(std::string_view key) const override;
  void remove_leftovers(std::span<const std::string_view> /*beginnings*/) const override {}
  std::optional<Entry> maybe_entry(std::string_view key) const override;
  Outcome<Bytes> get_listed_range(const Entry& listed, std::uint64_t offset, std::uint64_t size_bytes) const override;
  Bytes get_range(std::string_view key, std::uint64_t offset, std::uint64_t size_bytes) const override;
  void stop() const override { calls_->stop(); }
  std::unique_ptr<HeldLock> lock() const override;  // these file systems have no conditional put: nothing is locked

 private:
  std::string path_of(std::string_view key) const;
  arrow::Result<arrow::fs::FileInfo> look_at(std::string_view key) const;

  ArrowPlace place_;
  std::shared_ptr<ArrowCalls> calls_;
};

}  // namespace coulis
