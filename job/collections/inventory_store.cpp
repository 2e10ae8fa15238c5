#include "job/collections/inventory_store.hpp"

#include <arrow/buffer.h>
#include <arrow/io/interfaces.h>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string_view>

#include "core/base/counted.hpp"
#include "core/base/error.hpp"
#include "core/base/whole_number.hpp"
#include "job/collections/decoder.hpp"
#include "job/collections/ranges.hpp"
#include "job/collections/text_columns.hpp"
#include "job/storage/parse_time.hpp"
#include "job/storage/percent_decode.hpp"
#include "job/storage/s3/digest.hpp"

namespace coulis {
namespace {

class BytesRanges final : public Ranges {
 public:
  explicit BytesRanges(Bytes bytes) : bytes_(std::move(bytes)) {}
  Outcome<Bytes> read(std::uint64_t offset, std::uint64_t size_bytes) override { return slice(bytes_, offset, size_bytes); }

 private:
  Bytes bytes_;
};

// What a gzip holds, for Arrow.
class GzipStream final : public arrow::io::InputStream {
 public:
  explicit GzipStream(Bytes bytes) : decoder_(decode_gzip(std::make_shared<BytesRanges>(std::move(bytes)))) {}

  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return closed_; }
  arrow::Result<std::int64_t> Tell() const override { return position_; }
  arrow::Result<std::int64_t> Read(std::int64_t size_bytes, void* out) override {
    const Outcome<std::size_t> count = decoder_->read({static_cast<std::byte*>(out), static_cast<std::size_t>(size_bytes)});
    if (!count) return arrow::Status::IOError(count.failure().message);
    position_ += static_cast<std::int64_t>(count.value());
    return static_cast<std::int64_t>(count.value());
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(std::int64_t size_bytes) override {
    ARROW_ASSIGN_OR_RAISE(std::unique_ptr<arrow::ResizableBuffer> buffer, arrow::AllocateResizableBuffer(size_bytes));
    ARROW_ASSIGN_OR_RAISE(const std::int64_t count, Read(size_bytes, buffer->mutable_data()));
    ARROW_RETURN_NOT_OK(buffer->Resize(count));
    return std::shared_ptr<arrow::Buffer>(std::move(buffer));
  }

 private:
  std::unique_ptr<Decoder> decoder_;
  std::int64_t position_ = 0;
  bool closed_ = false;
};

// "LastModifiedDate", "last_modified_date" -> "lastmodifieddate"
std::string in_one_style(std::string title) {
  std::erase(title, '_');
  std::transform(title.begin(), title.end(), title.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return title;
}

std::string name_of(std::string_view key) {
  return std::string(key.substr(key.rfind('/') + 1));
}

std::string age_of(std::int64_t made_ms) {
  if (made_ms == 0) return "of an unknown time";
  const auto made = std::chrono::system_clock::time_point(std::chrono::milliseconds(made_ms));
  const auto hours = std::chrono::duration_cast<std::chrono::hours>(std::chrono::system_clock::now() - made).count();
  const auto age = static_cast<std::uint64_t>(std::max<std::int64_t>(hours, 0));
  return fmt::format("of {:%Y-%m-%d %H:%M} UTC, {} old", fmt::gmtime(made), age < 48 ? counted(age, "hour") : counted(age / 24, "day"));
}

}  // namespace

InventoryColumns inventory_columns(const std::vector<std::string>& titles, const std::string& inventory) {
  const auto find = [&](const char* wanted) {
    const auto found = std::find_if(titles.begin(), titles.end(), [&](const std::string& title) { return in_one_style(title) == wanted; });
    return found == titles.end() ? std::string() : *found;
  };
  InventoryColumns columns{find("key"), find("size"), find("etag"), find("lastmodifieddate"), find("islatest"), find("isdeletemarker")};
  const char* missing = columns.key.empty() ? "Key" : columns.size.empty() ? "Size" : columns.etag.empty() ? "ETag" : nullptr;
  if (missing == nullptr) return columns;
  throw Error(ErrorCode::kNothingToRead, fmt::format("the S3 Inventory {} has no column {}", printable(inventory), missing),
              "coulis needs Key, Size and ETag: add Size and ETag to the inventory's fields");
}

// Where Amazon has written it, or where it was copied to with its manifest: the data files lie in a folder beside that of the manifest.
Bytes InventoryStore::read_file(const Inventory::File& file) const {
  const std::string& folder = inventory_.folder;
  std::vector<std::string> places = {fmt::format("{}/data/{}", folder.substr(0, folder.rfind('/')), name_of(file.key)),
                                     fmt::format("{}/data/{}", folder, name_of(file.key)), fmt::format("{}/{}", folder, name_of(file.key))};
  if (scheme_length(folder) > 0 && !inventory_.destination.empty()) {
    places.insert(places.begin(), fmt::format("s3://{}/{}", inventory_.destination, file.key));
  }
  for (const std::string& place : places) {
    const Location location = manifest_.another(place);
    if (!location.maybe_size("")) continue;
    Bytes bytes = location.get_or_throw("");
    if (file.md5.empty() || s3::md5_hex(bytes) == file.md5) return bytes;
    throw Error(ErrorCode::kNothingToRead,
                fmt::format("{} is not the file that the S3 Inventory names: its MD5 is another one", printable(place)), "copy it again");
  }
  throw Error(ErrorCode::kNothingToRead,
              fmt::format("the data file {} of the S3 Inventory {} is not there", printable(file.key), printable(inventory_.name)),
              fmt::format("copy it into {}", printable(places.back().substr(0, places.back().rfind('/')))));
}

void InventoryStore::walk(const Walk& walk) const {
  if (walk.note) {
    walk.note(fmt::format("INPUT is the S3 Inventory of s3://{} {}: what has changed since is not seen", printable(inventory_.bucket),
                          age_of(inventory_.made_ms)));
  }
  std::uint64_t others = 0;
  for (const Inventory::File& file : inventory_.files) {
    InventoryColumns columns;
    const auto titles_of = [&](const std::vector<std::string>& titles) {
      columns = inventory_columns(titles, inventory_.name);
      std::vector<std::string> wanted = {columns.key, columns.size, columns.etag};
      for (const std::string* title : {&columns.time, &columns.is_latest, &columns.is_delete_marker}) {
        if (!title->empty()) wanted.push_back(*title);
      }
      return wanted;
    };
    const auto visit = [&](const std::vector<Texts>& batch) {
      std::size_t next = 3;
      const Texts* times = columns.time.empty() ? nullptr : &batch[next++];
      const Texts* latest = columns.is_latest.empty() ? nullptr : &batch[next++];
      const Texts* markers = columns.is_delete_marker.empty() ? nullptr : &batch[next++];
      for (std::size_t row = 0; row < batch[0].size(); ++row) {
        if ((latest != nullptr && (*latest)[row] == "false") || (markers != nullptr && (*markers)[row] == "true")) {
          ++others;
          continue;
        }
        const std::string& key = batch[0][row].value_or("");
        Entry entry{inventory_.is_csv ? form_decode(key) : key};
        if (!parse_whole_number(batch[1][row].value_or(""), entry.size_bytes) || entry.key.empty()) {
          throw_damaged(name_of(file.key), fmt::format("the row of '{}' has no key or no size", printable(entry.key)));
        }
        entry.etag = batch[2][row].value_or("");
        if (times != nullptr) entry.mtime_ns = parse_time_ns((*times)[row].value_or(""));
        walk.visit(std::move(entry), EntryKind::kFile);
      }
    };
    Bytes bytes = read_file(file);
    if (inventory_.is_csv) {
      const std::vector<std::string> wanted = titles_of(inventory_.titles);
      read_csv_columns(std::make_shared<GzipStream>(std::move(bytes)), {',', inventory_.titles}, wanted, name_of(file.key), visit);
      continue;
    }
    const auto choose = [&](const std::vector<std::string>& titles) {
      std::vector<std::size_t> numbers;
      for (const std::string& title : titles_of(titles)) {
        numbers.push_back(static_cast<std::size_t>(std::find(titles.begin(), titles.end(), title) - titles.begin()));
      }
      return numbers;
    };
    read_parquet_columns({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, choose, name_of(file.key), visit);
  }
  if (others > 0 && walk.note) {
    walk.note(fmt::format("{} of the inventory {} of earlier versions or deleted objects, and passed over", counted(others, "row"),
                          others == 1 ? "is" : "are"));
  }
}

}  // namespace coulis
