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

HttpReply send_or_throw(const UploadTarget& target, const S3Request& request) {
  HttpReply reply = target.client->send(request);
  if (!reply.ok()) target.client->throw_refusal(fmt::format("cannot write {}", target.place), reply);
  return reply;
}

}  // namespace

std::string begin_upload(const UploadTarget& target) {
  const HttpReply reply = send_or_throw(target, {"POST", target.key, {{"uploads", ""}}});
  pugi::xml_document document;
  document.load_buffer(reply.body.data(), reply.body.size());
  std::string id = document.child("InitiateMultipartUploadResult").child_value("UploadId");
  if (id.empty()) target.client->throw_refusal(fmt::format("cannot write {} in parts", target.place), reply);
  return id;
}

std::string send_part(const UploadTarget& target, const std::string& id, std::size_t index, std::span<const std::byte> bytes) {
  const std::string number = fmt::format("{}", index + 1);
  const HttpReply reply = send_or_throw(target, {"PUT", target.key, {{"partNumber", number}, {"uploadId", id}}, {}, bytes});
  return std::string(reply.header("etag"));
}

void complete_upload(const UploadTarget& target, const std::string& id, const std::vector<std::string>& etags) {
  std::string list = "<CompleteMultipartUpload>";
  for (std::size_t i = 0; i < etags.size(); ++i)
    list += fmt::format("<Part><PartNumber>{}</PartNumber><ETag>{}</ETag></Part>", i + 1, etags[i]);
  list += "</CompleteMultipartUpload>";
  S3Request request{"POST", target.key, {{"uploadId", id}}, {}, bytes_of(list)};
  request.find_defect = find_late_error;
  send_or_throw(target, request);
}

void abort_upload(const UploadTarget& target, const std::string& id) {
  target.client->send({"DELETE", target.key, {{"uploadId", id}}});
}

Upload::~Upload() {
  if (upload_id_.empty()) return;
  try {
    abort_upload(target_, upload_id_);
  } catch (...) {  // NOLINT(bugprone-empty-catch): the next run on this OUTPUT ends it
  }
}

void Upload::send_buffer() {
  if (upload_id_.empty()) upload_id_ = begin_upload(target_);
  etags_.push_back(send_part(target_, upload_id_, etags_.size(), buffer_));
  buffer_.clear();
}

void Upload::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const std::size_t room = kPartBytes - buffer_.size();
    const auto some = bytes.first(std::min(room, bytes.size()));
    buffer_.insert(buffer_.end(), some.begin(), some.end());
    bytes = bytes.subspan(some.size());
    if (buffer_.size() == kPartBytes) send_buffer();
  }
}

void Upload::commit() {
  if (upload_id_.empty()) {
    send_or_throw(target_, {"PUT", target_.key, {}, {}, buffer_});
    return;
  }
  if (!buffer_.empty()) send_buffer();
  complete_upload(target_, upload_id_, etags_);
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
