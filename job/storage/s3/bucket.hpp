// Bucket: a Store in an S3 bucket, below a prefix.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "job/storage/s3/client.hpp"
#include "job/storage/s3/etag.hpp"
#include "job/storage/s3/upload.hpp"
#include "job/storage/store.hpp"

namespace coulis::s3 {

class Bucket : public Store {
 public:
  Bucket(const std::string& bucket, std::string prefix, const StorageOptions& options);  // prefix: empty, or it ends with '/'

  StoreTraits traits() const override { return {.useful_requests = 128, .piece_bytes = std::uint64_t{8} << 20}; }
  bool exists() const override;
  void list(std::string_view prefix, const std::function<void(Entry)>& visit) const override;
  // One GET. With `listed`, only of the object as it was listed; its bytes are compared with its checksum or its ETag.
  Outcome<Bytes> get(std::string_view key, const Entry* listed) const override;
  bool has(std::string_view key) const override { return maybe_entry(key).has_value(); }
  Bytes get_range(std::string_view key, std::uint64_t offset, std::uint64_t size_bytes) const override;
  std::optional<Entry> maybe_entry(std::string_view key) const override;
  Outcome<Bytes> get_listed_range(const Entry& listed, std::uint64_t offset, std::uint64_t size_bytes) const override;
  std::unique_ptr<PendingObject> begin_put(std::string_view key) const override;
  std::string begin_pieces(std::string_view key) const override;
  std::string put_piece(std::string_view key, const std::string& ticket, const Piece& piece) const override;
  void finish_pieces(std::string_view key, const std::string& ticket, const std::vector<std::string>& receipts) const override;
  void drop_pieces(std::string_view key, const std::string& ticket) const override;
  void remove(std::string_view key) const override;
  void remove_leftovers(std::span<const std::string_view> beginnings) const override;
  std::unique_ptr<HeldLock> lock() const override;
  void stop() const override { client_->stop(); }
  std::string warning() const override;

 private:
  HttpReply list_one() const;                                                          // asks whether the bucket answers at all
  std::string find_damage(const HttpReply& reply, const std::string& full_key) const;  // empty: none
  bool an_etag_fits(const HttpReply& damaged, const std::string& full_key) const;
  Failure explain(const HttpReply& reply, std::chrono::steady_clock::time_point start,
                  std::string_view key) const;  // of a GET begun at `start`
  std::string full_key(std::string_view key) const;
  UploadTarget target(std::string_view key) const { return {client_, full_key(key), place_of(key)}; }
  std::string place_of(std::string_view key) const;  // for messages: "s3://bucket/prefix/key"

  std::string bucket_;
  std::string prefix_;
  std::shared_ptr<S3Client> client_;
  mutable EtagRule etag_rule_;
};

}  // namespace coulis::s3
