// Upload: an object on its way into a bucket. Small ones are one PUT; larger ones go in parts, and nothing is visible before the last call.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "job/storage/s3/client.hpp"
#include "job/storage/store.hpp"

namespace coulis::s3 {

// An object of a bucket that is written.
struct UploadTarget {
  std::shared_ptr<S3Client> client;
  std::string key;
  std::string place;  // for messages
};

// An upload in parts, by any process.
std::string begin_upload(const UploadTarget& target);                                                                           // its id
std::string send_part(const UploadTarget& target, const std::string& id, std::size_t index, std::span<const std::byte> bytes);  // its ETag
void complete_upload(const UploadTarget& target, const std::string& id, const std::vector<std::string>& etags);
void abort_upload(const UploadTarget& target, const std::string& id);

class Upload : public PendingObject {
 public:
  explicit Upload(UploadTarget target) : target_(std::move(target)) {}
  ~Upload() override;
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;

  void write(std::span<const std::byte> bytes) override;
  void commit() override;

 private:
  void send_buffer();

  UploadTarget target_;
  Bytes buffer_;
  std::string upload_id_;  // empty: not in parts
  std::vector<std::string> etags_;
};

// Ends the uploads that killed runs have left below a prefix, under keys with one of these beginnings: their parts are paid for, and nobody
// sees them.
void abort_uploads(S3Client& client, const std::string& prefix, std::span<const std::string_view> beginnings);

}  // namespace coulis::s3
