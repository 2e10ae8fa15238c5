// Upload: an object on its way into a bucket. Small ones are one PUT; larger ones go in parts, and nothing is visible before the last call.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "job/storage/s3/client.hpp"
#include "job/storage/store.hpp"

namespace coulis::s3 {

class Upload : public PendingObject {
 public:
  Upload(std::shared_ptr<S3Client> client, std::string key, std::string place);  // place: of the object, for messages
  ~Upload() override;
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;

  void write(std::span<const std::byte> bytes) override;
  void commit() override;

 private:
  void begin();
  void send_part();
  HttpReply send_or_throw(const S3Request& request) const;

  std::shared_ptr<S3Client> client_;
  std::string key_;
  std::string place_;
  Bytes buffer_;
  std::string upload_id_;  // empty: not in parts
  std::vector<std::string> etags_;
};

// Ends the uploads that killed runs have left below a prefix, under keys with one of these beginnings: their parts are paid for, and nobody
// sees them.
void abort_uploads(S3Client& client, const std::string& prefix, std::span<const std::string_view> beginnings);

}  // namespace coulis::s3
