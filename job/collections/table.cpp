#include "job/collections/table.hpp"

#include <arrow/memory_pool.h>
#include <arrow/util/key_value_metadata.h>
#include <fmt/format.h>
#include <parquet/column_reader.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>

#include <algorithm>
#include <limits>
#include <mutex>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "core/base/byte_view.hpp"
#include "core/base/printable.hpp"
#include "job/collections/arrow_ranges.hpp"

namespace coulis {
namespace {

constexpr std::uint64_t kWindowRows = 16;
constexpr std::int64_t kPieceBytes = 1 << 20;                // of a column chunk, which may have 128 MB
constexpr std::int64_t kMostMemory = std::int64_t{2} << 30;  // of a page: one that claims more is not believed
constexpr std::uint64_t kNull = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kTooLarge = kNull - 1;

using parquet::Type;

// -1: there is none. Lists have no place for the value of a row.
int column_of(const parquet::SchemaDescriptor& schema, const std::string& path) {
  const int column = schema.ColumnIndex(path);
  return column >= 0 && schema.Column(column)->max_repetition_level() == 0 ? column : -1;
}

bool is_binary(const parquet::SchemaDescriptor& schema, int column) {
  return column >= 0 && schema.Column(column)->physical_type() == Type::BYTE_ARRAY;
}

bool is_text(const parquet::SchemaDescriptor& schema, int column) {
  return schema.Column(column)->logical_type()->is_string();
}

// Of a ClassLabel of Hugging Face's datasets: what its numbers stand for.
std::vector<std::string> class_names(const parquet::FileMetaData& metadata, const std::string& column) {
  const auto pairs = metadata.key_value_metadata();
  const int at = pairs ? pairs->FindKey("huggingface") : -1;
  if (at < 0) return {};
  try {
    return nlohmann::json::parse(pairs->value(at)).at("info").at("features").at(column).at("names").get<std::vector<std::string>>();
  } catch (const nlohmann::json::exception&) {
    return {};
  }
}

// "file:/data/Apricot/1.jpg", "s3://bucket/Apricot/1.jpg" -> what follows the scheme
std::string without_scheme(const std::string& path) {
  const std::size_t colon = path.find(":/");
  return colon == std::string::npos || path.find('/') < colon ? path : path.substr(colon + 1);
}

// A label is one folder.
std::string as_folder(std::string label) {
  std::replace(label.begin(), label.end(), '/', '_');
  return label == "." || label == ".." ? "_" : label;
}

}  // namespace

struct PhotoTable::Open {
  arrow::ProxyMemoryPool counted{arrow::system_memory_pool()};
  arrow::CappedMemoryPool pool{&counted, kMostMemory};
  std::shared_ptr<ArrowRanges> source;
  std::unique_ptr<parquet::ParquetFileReader> file;
  std::vector<std::string> classes;

  std::mutex mutex;  // of what follows: the reader of photos
  std::shared_ptr<parquet::RowGroupReader> group;
  std::shared_ptr<parquet::ByteArrayReader> photos;
  std::uint64_t position = 0;   // row that comes next
  std::uint64_t group_end = 0;  // row behind its group

  Failure explain(const std::exception& e) const {
    if (source->failure()) return *source->failure();
    return read_failure(FailureCode::kCorrupt, fmt::format("the table is damaged: {}", printable_sentence(e.what())));
  }

  void go_to(std::uint64_t row, int column) {
    if (!photos || row < position || row >= group_end) {
      std::uint64_t begin = 0;
      int number = 0;
      while (true) {
        group_end = begin + static_cast<std::uint64_t>(file->metadata()->RowGroup(number)->num_rows());
        if (row < group_end) break;
        begin = group_end;
        ++number;
      }
      photos.reset();
      group = file->RowGroup(number);
      photos = std::static_pointer_cast<parquet::ByteArrayReader>(group->Column(column));
      position = begin;
    }
    position += static_cast<std::uint64_t>(photos->Skip(static_cast<std::int64_t>(row - position)));
  }

  // Of all rows; nothing where a row has none. Numbers of classes become their names.
  std::vector<std::optional<std::string>> read_texts(int number, int column) {
    std::vector<std::optional<std::string>> texts;
    const std::shared_ptr<parquet::ColumnReader> reader = file->RowGroup(number)->Column(column);
    switch (reader->type()) {
      case Type::BYTE_ARRAY:
        each<parquet::ByteArrayReader>(
            *reader, [&](const parquet::ByteArray& value) { return std::string(reinterpret_cast<const char*>(value.ptr), value.len); },
            texts);
        break;
      case Type::INT64:
        each<parquet::Int64Reader>(
            *reader, [&](std::int64_t value) { return class_of(value); }, texts);
        break;
      case Type::INT32:
        each<parquet::Int32Reader>(
            *reader, [&](std::int32_t value) { return class_of(value); }, texts);
        break;
      default: break;
    }
    return texts;
  }

  std::string class_of(std::int64_t value) const {
    if (classes.empty()) return fmt::format("{}", value);
    return value >= 0 && value < static_cast<std::int64_t>(classes.size()) ? classes[static_cast<std::size_t>(value)] : "";  // -1: none
  }

  template <class Reader, class ToText>
  static void each(parquet::ColumnReader& reader, ToText to_text, std::vector<std::optional<std::string>>& texts) {
    auto& typed = static_cast<Reader&>(reader);
    typename Reader::T value{};
    while (typed.HasNext()) {
      std::int16_t level = 0;
      std::int64_t values = 0;
      if (typed.ReadBatch(1, &level, nullptr, &value, &values) == 0) break;
      texts.push_back(values == 1 ? std::optional(to_text(value)) : std::nullopt);
    }
  }
};

bool is_named_like_table(std::string_view key) {
  return key.size() > 8 && key.ends_with(".parquet");
}

bool is_table(std::span<const std::byte> first_bytes) {
  return ByteView{first_bytes}.has_text(0, "PAR1");
}

PhotoTable::PhotoTable(std::shared_ptr<Ranges> file, std::uint64_t file_bytes, const CollectionOptions& columns)
    : open_(std::make_unique<Open>()) {
  open_->source = std::make_shared<ArrowRanges>(std::move(file), file_bytes);
  try {
    parquet::ReaderProperties properties(&open_->pool);
    properties.enable_buffered_stream();
    properties.set_buffer_size(kPieceBytes);
    open_->file = parquet::ParquetFileReader::Open(open_->source, properties);
    find_columns(columns);
  } catch (const std::exception& e) {
    damage_ = open_->explain(e);
  }
}

PhotoTable::~PhotoTable() = default;

void PhotoTable::find_columns(const CollectionOptions& columns) {
  const parquet::FileMetaData& metadata = *open_->file->metadata();
  const parquet::SchemaDescriptor& schema = *metadata.schema();
  const auto take = [&](const std::string& photo, const std::string& path) {
    const int column = column_of(schema, photo);
    if (!is_binary(schema, column) || is_text(schema, column)) return false;  // text says where photos are: a list
    photo_column_ = column;
    path_column_ = column_of(schema, path);
    if (!is_binary(schema, path_column_)) path_column_ = -1;
    photo_name_ = photo.substr(0, photo.find('.'));
    return true;
  };
  if (!columns.photo_column.empty()) {
    if (!take(columns.photo_column, "path")) take(columns.photo_column + ".bytes", columns.photo_column + ".path");
  } else if (column_of(schema, "path") < 0 || !take("content", "path")) {  // Spark's binaryFile
    for (int i = 0; i < schema.num_columns() && !has_photos(); ++i) {      // Hugging Face's Image: struct<bytes, path>
      const std::string path = schema.Column(i)->path()->ToDotString();
      const std::string name = path.substr(0, path.rfind('.'));
      if (path.ends_with(".bytes") && column_of(schema, name + ".path") >= 0) take(path, name + ".path");
    }
  }
  const std::string label = columns.label_column.empty() ? "label" : columns.label_column;
  label_column_ = column_of(schema, label);
  open_->classes = class_names(metadata, label);
}

std::optional<Failure> PhotoTable::list(const VisitMember& visit) {
  std::uint64_t row = 0;
  try {
    const parquet::FileMetaData& metadata = *open_->file->metadata();
    for (int number = 0; number < metadata.num_row_groups(); ++number) {
      const auto group = metadata.RowGroup(number);
      const auto rows = static_cast<std::uint64_t>(group->num_rows());
      const auto bytes = static_cast<std::uint64_t>(group->ColumnChunk(photo_column_)->total_uncompressed_size());
      const auto labels = label_column_ < 0 ? std::vector<std::optional<std::string>>() : open_->read_texts(number, label_column_);
      const auto paths = path_column_ < 0 ? std::vector<std::optional<std::string>>() : open_->read_texts(number, path_column_);
      for (std::uint64_t i = 0; i < rows; ++i, ++row) {
        const std::string path = i < paths.size() && paths[i] ? without_scheme(*paths[i]) : "";
        const std::string label = i < labels.size() && labels[i] ? as_folder(*labels[i]) : "";
        const std::string name = path.empty() ? photo_name_ : label.empty() ? path : path.substr(path.rfind('/') + 1);
        Member member;
        member.name = fmt::format("{:08}/{}{}{}", row, label, label.empty() ? "" : "/", name);
        if (label.empty() && name.find('/') == std::string::npos) member.name = fmt::format("{:08}-{}", row, name);
        member.size_bytes = bytes / rows;  // how large each is, only its bytes tell
        member.offset = row;
        member.packing = Packing::kTableRow;
        visit(std::move(member));
      }
    }
  } catch (const std::exception& e) {
    return open_->explain(e);
  }
  return std::nullopt;
}

// [rows]: 8 bytes of its size, then the photo.
Outcome<Bytes> PhotoTable::read_window(std::uint64_t first_row, std::uint64_t max_photo_bytes) {
  const std::lock_guard lock(open_->mutex);
  Bytes window;
  try {
    for (std::uint64_t row = first_row; row < first_row + kWindowRows; ++row) {
      if (row >= static_cast<std::uint64_t>(open_->file->metadata()->num_rows())) break;
      open_->go_to(row, photo_column_);
      parquet::ByteArray value;
      std::int16_t level = 0;
      std::int64_t values = 0;
      if (open_->photos->ReadBatch(1, &level, nullptr, &value, &values) == 0) {
        return read_failure(FailureCode::kTruncated, "its table has fewer rows than it says");
      }
      ++open_->position;
      const std::uint64_t size = values == 0 ? kNull : value.len > max_photo_bytes ? kTooLarge : value.len;
      for (unsigned i = 0; i < 8; ++i) window.push_back(static_cast<std::byte>(size >> (8 * i)));
      const auto* bytes = reinterpret_cast<const std::byte*>(value.ptr);
      if (size < kTooLarge) window.insert(window.end(), bytes, bytes + size);
    }
  } catch (const std::exception& e) {
    open_->photos.reset();
    return open_->explain(e);
  }
  return window;
}

Outcome<Bytes> PhotoTable::read(std::uint64_t row, WindowCache& windows, const std::string& name, std::uint64_t max_photo_bytes) {
  const std::uint64_t first = row / kWindowRows * kWindowRows;
  const WindowCache::Window window = windows.get({name, first}, [&] { return read_window(first, max_photo_bytes); });
  if (!*window) return window->failure();
  const ByteView bytes{window->value()};
  std::size_t at = 0;
  for (std::uint64_t i = first; at + 8 <= bytes.size(); ++i) {
    const std::uint64_t size = bytes.u64(at);
    if (i == row && size == kNull) return read_failure(FailureCode::kEmpty, "its row of the table has no photo");
    if (i == row && size == kTooLarge) return read_failure(FailureCode::kTooLarge, "it has more bytes than --max-photo-bytes");
    const std::size_t stored = size >= kTooLarge ? 0 : static_cast<std::size_t>(size);
    const auto* begin = window->value().data() + at + 8;
    if (i == row) return Bytes(begin, begin + stored);
    at += 8 + stored;
  }
  return read_failure(FailureCode::kTruncated, "its table has fewer rows than it says");
}

}  // namespace coulis
