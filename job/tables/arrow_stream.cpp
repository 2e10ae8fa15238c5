#include <arrow/api.h>
#include <arrow/io/interfaces.h>
#include <arrow/ipc/writer.h>
#include <fmt/format.h>

#include <cstdint>

#include "core/base/error.hpp"
#include "job/tables/feature_stream.hpp"

namespace coulis {
namespace {

void check(const arrow::Status& status) {
  if (!status.ok()) throw Error(ErrorCode::kRunFailed, fmt::format("cannot write an Arrow stream: {}", status.ToString()));
}

template <class T>
T check(arrow::Result<T> result) {
  check(result.status());
  return std::move(result).ValueUnsafe();
}

// Hands on at once what Arrow writes. An exception of `write` may
// pass through Arrow's code, which owns nothing at that point.
class Sink final : public arrow::io::OutputStream {
 public:
  explicit Sink(WriteBytes write) : write_(std::move(write)) {}

  arrow::Status Write(const void* data, std::int64_t size) override {
    write_({static_cast<const char*>(data), static_cast<std::size_t>(size)});
    written_ += size;
    return arrow::Status::OK();
  }
  arrow::Result<std::int64_t> Tell() const override { return written_; }
  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return closed_; }

 private:
  WriteBytes write_;
  std::int64_t written_ = 0;
  bool closed_ = false;
};

// "" is null.
std::shared_ptr<arrow::Array> to_nullable(const std::vector<std::string>& texts) {
  arrow::StringBuilder builder;
  for (const std::string& text : texts) check(text.empty() ? builder.AppendNull() : builder.Append(text));
  return check(builder.Finish());
}

class ArrowStream final : public FeatureStream {
 public:
  ArrowStream(std::size_t width, WriteBytes write)
      : list_(arrow::fixed_size_list(arrow::float32(), static_cast<std::int32_t>(width))),
        schema_(arrow::schema({arrow::field("path", arrow::utf8()), arrow::field("features", list_), arrow::field("code", arrow::utf8()),
                               arrow::field("message", arrow::utf8())})),
        writer_(check(arrow::ipc::MakeStreamWriter(std::make_shared<Sink>(std::move(write)), schema_))) {}

  void write(const FeatureBatch& batch) override {
    const auto rows = static_cast<std::int64_t>(batch.paths.size());
    arrow::StringBuilder paths;
    check(paths.AppendValues(batch.paths));
    arrow::TypedBufferBuilder<bool> usable;
    for (const std::string& code : batch.codes) check(usable.Append(code.empty()));
    const std::int64_t missing = usable.false_count();
    const auto buffer = std::make_shared<arrow::Buffer>(reinterpret_cast<const std::uint8_t*>(batch.values.data()),
                                                        static_cast<std::int64_t>(batch.values.size() * sizeof(float)));
    const auto values = std::make_shared<arrow::FloatArray>(static_cast<std::int64_t>(batch.values.size()), buffer);
    const auto features = std::make_shared<arrow::FixedSizeListArray>(list_, rows, values, check(usable.Finish()), missing);
    const arrow::ArrayVector columns = {check(paths.Finish()), features, to_nullable(batch.codes), to_nullable(batch.messages)};
    check(writer_->WriteRecordBatch(*arrow::RecordBatch::Make(schema_, rows, columns)));
  }

  void finish() override { check(writer_->Close()); }

 private:
  std::shared_ptr<arrow::DataType> list_;
  std::shared_ptr<arrow::Schema> schema_;
  std::shared_ptr<arrow::ipc::RecordBatchWriter> writer_;
};

}  // namespace

std::unique_ptr<FeatureStream> open_arrow_stream(std::size_t width, WriteBytes write) {
  return std::make_unique<ArrowStream>(width, std::move(write));
}

}  // namespace coulis
