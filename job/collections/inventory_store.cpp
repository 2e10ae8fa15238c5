#include "job/collections/inventory_store.hpp"

#include <arrow/buffer.h>
#include <arrow/io/compressed.h>
#include <arrow/io/memory.h>
#include <arrow/util/compression.h>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string_view>

#include "core/base/counted.hpp"
#include "core/base/error.hpp"
#include "core/base/lower_case.hpp"
#include "core/base/whole_number.hpp"
#include "job/collections/text_columns.hpp"
#include "job/storage/parse_time.hpp"
#include "job/storage/percent_decode.hpp"
#include "job/storage/s3/digest.hpp"

namespace coulis {
namespace {

std::shared_ptr<arrow::io::InputStream> unpacked(const Bytes& gzip, const std::string& file) {
  const auto packed = std::make_shared<arrow::io::BufferReader>(
      std::make_shared<arrow::Buffer>(reinterpret_cast<const std::uint8_t*>(gzip.data()), static_cast<std::int64_t>(gzip.size())));
  const auto codec = arrow::util::Codec::Create(arrow::Compression::GZIP);
  if (!codec.ok()) throw_damaged(file, codec.status().message());
  auto stream = arrow::io::CompressedInputStream::Make(codec->get(), packed);
  if (!stream.ok()) throw_damaged(file, stream.status().message());
  return *stream;
}

// "LastModifiedDate", "last_modified_date" -> "lastmodifieddate"
std::string in_one_style(std::string title) {
  std::erase(title, '_');
  return lower_case(std::move(title));
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

using Batch = std::vector<Texts>;  // of InventoryColumns::titles

// Nothing for an earlier version or a deleted object.
std::optional<Entry> maybe_entry_of(const InventoryColumns& columns, const Batch& batch, std::size_t row, bool is_csv,
                                    const std::string& file) {
  const auto says = [&](std::optional<std::size_t> column, std::string_view text) { return column && batch[*column][row] == text; };
  if (says(columns.is_latest, "false") || says(columns.is_delete_marker, "true")) return std::nullopt;
  const std::string key = batch[0][row].value_or("");
  Entry entry{is_csv ? form_decode(key) : key};
  if (!parse_whole_number(batch[1][row].value_or(""), entry.size_bytes) || entry.key.empty()) {
    throw_damaged(file, fmt::format("the row of '{}' has no key or no size", printable(entry.key)));
  }
  entry.etag = batch[2][row].value_or("");
  if (columns.time) entry.mtime_ns = parse_time_ns(batch[*columns.time][row].value_or(""));
  return entry;
}

}  // namespace

InventoryColumns inventory_columns(const std::vector<std::string>& titles, const std::string& inventory) {
  InventoryColumns columns;
  const auto add = [&](std::string_view wanted) -> std::optional<std::size_t> {
    const auto found = std::find_if(titles.begin(), titles.end(), [&](const std::string& title) { return in_one_style(title) == wanted; });
    if (found == titles.end()) return std::nullopt;
    columns.titles.push_back(*found);
    return columns.titles.size() - 1;
  };
  for (const char* needed : {"Key", "Size", "ETag"}) {
    if (add(in_one_style(needed))) continue;
    throw Error(ErrorCode::kNothingToRead, fmt::format("the S3 Inventory {} has no column {}", printable(inventory), needed),
                "coulis needs Key, Size and ETag: add Size and ETag to the inventory's fields");
  }
  columns.time = add("lastmodifieddate");
  columns.is_latest = add("islatest");
  columns.is_delete_marker = add("isdeletemarker");
  return columns;
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
  for (const Inventory::File& file : inventory_.files) others += walk_file(file, walk);
  if (others > 0 && walk.note) {
    walk.note(fmt::format("{} of the inventory {} of earlier versions or deleted objects, and passed over", counted(others, "row"),
                          others == 1 ? "is" : "are"));
  }
}

std::uint64_t InventoryStore::walk_file(const Inventory::File& file, const Walk& walk) const {
  const std::string name = name_of(file.key);
  const Bytes bytes = read_file(file);
  std::uint64_t others = 0;
  InventoryColumns columns;
  const auto visit = [&](const Batch& batch) {
    for (std::size_t row = 0; row < batch[0].size(); ++row) {
      std::optional<Entry> entry = maybe_entry_of(columns, batch, row, inventory_.is_csv, name);
      if (!entry) {
        ++others;
        continue;
      }
      walk.visit(std::move(*entry), EntryKind::kFile);
    }
  };
  if (inventory_.is_csv) {
    columns = inventory_columns(inventory_.titles, inventory_.name);
    read_csv_columns(unpacked(bytes, name), {',', inventory_.titles}, columns.titles, name, visit);
    return others;
  }
  const auto choose = [&](const std::vector<std::string>& titles) {
    columns = inventory_columns(titles, inventory_.name);
    std::vector<std::size_t> numbers;
    for (const std::string& title : columns.titles) {
      numbers.push_back(static_cast<std::size_t>(std::find(titles.begin(), titles.end(), title) - titles.begin()));
    }
    return numbers;
  };
  read_parquet_columns({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, choose, name, visit);
  return others;
}

}  // namespace coulis
