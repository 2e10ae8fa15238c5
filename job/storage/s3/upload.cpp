#include "job/storage/s3/upload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <pugixml.hpp>
#include <string_view>
#include <utility>

namespace coulis::s3 {
namespace {

constexpr std::size_t kPartBytes = std::size_t{32} << 20;  // at most 10,000 parts: 320 GB

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

bool begins_with_any(std::string_view key, std::span<const std::string_view> beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(), [&](std::string_view beginning) { return key.starts_with(beginning); });
}

// CompleteMultipartUpload answers 200 before it knows the end, and may put an error in the body.
std::string find_late_error(const HttpReply& reply) {
  return reply.text().find("<Error>") == std::string_view::npos ? "" : "the server could not put the parts together";
}

}  // namespace

Upload::Upload(std::shared_ptr<S3Client> client, std::string key, std::string place)
    : client_(std::move(client)), key_(std::move(key)), place_(std::move(place)) {}

Upload::~Upload() {
  if (upload_id_.empty()) return;
  try {
    client_->send({"DELETE", key_, {{"uploadId", upload_id_}}});
  } catch (...) {  // NOLINT(bugprone-empty-catch): the next run on this OUTPUT ends it
  }
}

HttpReply Upload::send_or_throw(const S3Request& request) const {
  HttpReply reply = client_->send(request);
  if (!reply.ok()) client_->throw_refusal(fmt::format("cannot write {}", place_), reply);
  return reply;
}

void Upload::begin() {
  const HttpReply reply = send_or_throw({"POST", key_, {{"uploads", ""}}});
  pugi::xml_document document;
  document.load_buffer(reply.body.data(), reply.body.size());
  upload_id_ = document.child("InitiateMultipartUploadResult").child_value("UploadId");
  if (upload_id_.empty()) client_->throw_refusal(fmt::format("cannot write {} in parts", place_), reply);
}

void Upload::send_part() {
  if (upload_id_.empty()) begin();
  const std::string number = fmt::format("{}", etags_.size() + 1);
  const HttpReply reply = send_or_throw({"PUT", key_, {{"partNumber", number}, {"uploadId", upload_id_}}, {}, buffer_});
  etags_.emplace_back(reply.header("etag"));
  buffer_.clear();
}

void Upload::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const std::size_t room = kPartBytes - buffer_.size();
    const auto some = bytes.first(std::min(room, bytes.size()));
    buffer_.insert(buffer_.end(), some.begin(), some.end());
    bytes = bytes.subspan(some.size());
    if (buffer_.size() == kPartBytes) send_part();
  }
}

void Upload::commit() {
  if (upload_id_.empty()) {
    send_or_throw({"PUT", key_, {}, {}, buffer_});
    return;
  }
  if (!buffer_.empty()) send_part();
  std::string list = "<CompleteMultipartUpload>";
  for (std::size_t i = 0; i < etags_.size(); ++i)
    list += fmt::format("<Part><PartNumber>{}</PartNumber><ETag>{}</ETag></Part>", i + 1, etags_[i]);
  list += "</CompleteMultipartUpload>";
  S3Request request{"POST", key_, {{"uploadId", upload_id_}}, {}, bytes_of(list)};
  request.find_defect = find_late_error;
  send_or_throw(request);
  upload_id_.clear();
}

void abort_uploads(S3Client& client, const std::string& prefix, std::span<const std::string_view> beginnings) {
  const HttpReply reply = client.send({"GET", "", {{"uploads", ""}, {"prefix", prefix}}});
  if (!reply.ok()) return;  // a right of its own (s3:ListBucketMultipartUploads): without it they stay until the bucket's rule ends them
  pugi::xml_document document;
  document.load_buffer(reply.body.data(), reply.body.size());
  for (const pugi::xml_node upload : document.child("ListMultipartUploadsResult").children("Upload")) {
    const std::string key = upload.child_value("Key");
    if (key.starts_with(prefix) && begins_with_any(std::string_view(key).substr(prefix.size()), beginnings))
      client.send({"DELETE", key, {{"uploadId", upload.child_value("UploadId")}}});
  }
}

}  // namespace coulis::s3
