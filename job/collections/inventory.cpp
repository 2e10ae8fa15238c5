#include "job/collections/inventory.hpp"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "core/base/error.hpp"
#include "core/base/whole_number.hpp"
#include "job/collections/inventory_store.hpp"

namespace coulis {
namespace {

constexpr std::uint64_t kFirstBytes = 4096;

std::string folder_of(const std::string& address) {
  return address.substr(0, address.rfind('/'));
}

// "Bucket, Key, Size" -> its titles
std::vector<std::string> split_titles(std::string_view schema) {
  std::vector<std::string> titles;
  while (!schema.empty()) {
    const std::size_t comma = schema.find(',');
    std::string_view title = schema.substr(0, comma);
    while (title.starts_with(' ')) title.remove_prefix(1);
    while (title.ends_with(' ')) title.remove_suffix(1);
    titles.emplace_back(title);
    schema.remove_prefix(comma == std::string_view::npos ? schema.size() : comma + 1);
  }
  return titles;
}

bool may_be_inventory(const Bytes& first_bytes) {
  const std::string_view text(reinterpret_cast<const char*>(first_bytes.data()), first_bytes.size());
  const std::size_t begin = text.find_first_not_of(" \r\n\t");
  return begin != std::string_view::npos && text[begin] == '{' && text.find("\"sourceBucket\"") != std::string_view::npos;
}

}  // namespace

Inventory parse_inventory(const std::string& json, const std::string& address) {
  const auto refuse = [&](const std::string& why, const std::string& remedy) {
    throw Error(ErrorCode::kNothingToRead, fmt::format("the S3 Inventory {} {}", printable(address), why), remedy);
  };
  Inventory inventory{address, folder_of(address)};
  std::string format;
  try {
    const auto manifest = nlohmann::json::parse(json);
    inventory.bucket = manifest.at("sourceBucket").get<std::string>();
    inventory.destination = manifest.value("destinationBucket", "");
    inventory.destination.erase(0, inventory.destination.rfind(':') + 1);  // of its ARN
    format = manifest.at("fileFormat").get<std::string>();
    inventory.titles = split_titles(manifest.at("fileSchema").get<std::string>());
    std::uint64_t made_ms = 0;
    if (parse_whole_number(manifest.value("creationTimestamp", ""), made_ms)) inventory.made_ms = static_cast<std::int64_t>(made_ms);
    for (const auto& file : manifest.at("files")) {
      inventory.files.push_back({file.at("key").get<std::string>(), file.value("MD5checksum", "")});
    }
  } catch (const nlohmann::json::exception& e) {
    refuse(fmt::format("cannot be read: {}", printable_sentence(e.what())), "copy its manifest.json again");
  }
  inventory.is_csv = format == "CSV";
  if (!inventory.is_csv && format != "Parquet") {
    refuse(fmt::format("is in the format {}, which coulis does not read", printable(format)), "set the inventory to Parquet or CSV");
  }
  if (inventory.is_csv) inventory_columns(inventory.titles, address);  // throws where one is missing
  if (inventory.files.empty()) refuse("lists no object: it has no data files", "check the inventory's prefix, or wait for its next day");
  return inventory;
}

std::optional<Location> maybe_open_inventory(const std::string& uri, const StorageOptions& storage) {
  const bool is_remote = scheme_length(uri) > 0;
  if (uri.empty() || uri == "-" || (is_remote && !uri.ends_with(".json"))) return std::nullopt;  // asks nothing
  const Location manifest(uri, storage);
  if (!manifest.maybe_size("") || !may_be_inventory(manifest.get_range("", 0, kFirstBytes))) return std::nullopt;
  const Bytes json = manifest.get_or_throw("");
  Inventory inventory = parse_inventory({reinterpret_cast<const char*>(json.data()), json.size()}, manifest.root());
  const Location bucket(fmt::format("s3://{}", inventory.bucket), storage);
  return bucket.seen_through([&](std::shared_ptr<const Store> store) {
    return std::make_shared<const InventoryStore>(std::move(store), manifest, std::move(inventory));
  });
}

}  // namespace coulis
