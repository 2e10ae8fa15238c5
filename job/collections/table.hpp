// Parquet tables with photos in a column: those that Spark's binaryFile and Hugging Face's datasets write, and any with a named column.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "job/collections/member.hpp"
#include "job/collections/options.hpp"
#include "job/collections/ranges.hpp"

namespace coulis {

bool is_named_like_table(std::string_view key);
bool is_table(std::span<const std::byte> first_bytes);

class PhotoTable {
 public:
  PhotoTable(std::shared_ptr<Ranges> file, std::uint64_t file_bytes, const CollectionOptions& columns);
  ~PhotoTable();
  PhotoTable(const PhotoTable&) = delete;
  PhotoTable& operator=(const PhotoTable&) = delete;

  // What keeps it from being read. No photo column is none: such a table has no members.
  const std::optional<Failure>& damage() const { return damage_; }
  bool has_photos() const { return photo_column_ >= 0; }

  // A row as a file of its own: "00000017/Apricot/1.jpg", from its label and its path, as far as it has them.
  std::optional<Failure> list(const VisitMember& visit);

  // Rows from the first one on, without gaps, whichever thread asks: some rows behind each other are read at once.
  Outcome<Bytes> read(std::uint64_t row, WindowCache& windows, const std::string& name, std::uint64_t max_photo_bytes);

 private:
  struct Open;
  Outcome<Bytes> read_window(std::uint64_t first_row, std::uint64_t max_photo_bytes);
  void find_columns(const CollectionOptions& columns);

  std::unique_ptr<Open> open_;
  std::optional<Failure> damage_;
  int photo_column_ = -1;
  int path_column_ = -1;
  int label_column_ = -1;
  std::string photo_name_;
};

}  // namespace coulis
