// ArrowRanges: Ranges as a file of Arrow's.
#pragma once

#include <arrow/buffer.h>
#include <arrow/io/interfaces.h>
#include <arrow/result.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include "job/collections/ranges.hpp"

namespace coulis {

class ArrowRanges final : public arrow::io::RandomAccessFile {
 public:
  ArrowRanges(std::shared_ptr<Ranges> ranges, std::uint64_t size_bytes)
      : ranges_(std::move(ranges)), size_(static_cast<std::int64_t>(size_bytes)) {}

  const std::optional<Failure>& failure() const { return failure_; }  // of the last read that failed; Arrow has words only

  arrow::Status Close() override { return arrow::Status::OK(); }
  bool closed() const override { return false; }
  arrow::Result<std::int64_t> Tell() const override { return position_; }
  arrow::Result<std::int64_t> GetSize() override { return size_; }
  arrow::Status Seek(std::int64_t position) override {
    position_ = position;
    return arrow::Status::OK();
  }
  arrow::Result<std::int64_t> Read(std::int64_t size, void* out) override {
    ARROW_ASSIGN_OR_RAISE(const std::int64_t count, ReadAt(position_, size, out));
    position_ += count;
    return count;
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(std::int64_t size) override {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer, ReadAt(position_, size));
    position_ += buffer->size();
    return buffer;
  }
  arrow::Result<std::int64_t> ReadAt(std::int64_t position, std::int64_t size, void* out) override {
    ARROW_ASSIGN_OR_RAISE(const Bytes bytes, bytes_at(position, size));
    if (!bytes.empty()) std::memcpy(out, bytes.data(), bytes.size());
    return static_cast<std::int64_t>(bytes.size());
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(std::int64_t position, std::int64_t size) override {
    ARROW_ASSIGN_OR_RAISE(const Bytes bytes, bytes_at(position, size));
    return arrow::Buffer::FromString(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  }

 private:
  arrow::Result<Bytes> bytes_at(std::int64_t position, std::int64_t size) {
    if (position < 0 || size < 0 || position > size_) return arrow::Status::IOError("the file names bytes that it does not have");
    const auto wanted = static_cast<std::uint64_t>(std::min(size, size_ - position));
    Outcome<Bytes> bytes = ranges_->read(static_cast<std::uint64_t>(position), wanted);
    if (bytes) return std::move(bytes.value());
    failure_ = bytes.failure();
    return arrow::Status::IOError(failure_->message);
  }

  std::shared_ptr<Ranges> ranges_;
  std::int64_t size_;
  std::int64_t position_ = 0;
  std::optional<Failure> failure_;
};

}  // namespace coulis
