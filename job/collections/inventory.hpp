// An S3 Inventory as INPUT: the listing of a bucket that Amazon writes, by its manifest.json.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "job/storage/location.hpp"

namespace coulis {

// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html
struct Inventory {
  struct File {
    std::string key;  // in the bucket that the inventory is written to
    std::string md5;
  };

  std::string name;      // for people: the address of its manifest
  std::string folder;    // that of the manifest
  std::string bucket{};  // where the photos are
  std::string destination{};
  bool is_csv = false;
  std::vector<std::string> titles{};  // of a CSV
  std::int64_t made_ms = 0;           // since 1970; 0: it does not say
  std::vector<File> files{};
};

// Throws Error(kNothingToRead) for a manifest that coulis cannot follow.
Inventory parse_inventory(const std::string& json, const std::string& address);

// The bucket that the inventory lists, of which its objects are seen; nothing where `uri` is no such manifest. Asks for no listing.
std::optional<Location> maybe_open_inventory(const std::string& uri, const StorageOptions& storage);

}  // namespace coulis
