// Folder: a Store in the local file system.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "job/storage/store.hpp"

namespace coulis {

class Folder : public Store {
 public:
  explicit Folder(std::string root) : root_(std::move(root)) {}  // absolute

  StoreTraits traits() const override { return {.local = true, .piece_bytes = std::uint64_t{8} << 20}; }
  bool exists() const override;
  void list(std::string_view prefix, const std::function<void(Entry)>& visit) const override;
  void walk(const Walk& walk) const override;
  Outcome<Bytes> get(std::string_view key, const Entry* listed) const override;
  bool has(std::string_view key) const override;
  std::unique_ptr<PendingObject> begin_put(std::string_view key) const override;
  std::string begin_pieces(std::string_view key) const override;
  std::string put_piece(std::string_view key, const std::string& ticket, const Piece& piece) const override;
  void finish_pieces(std::string_view key, const std::string& ticket, const std::vector<std::string>& receipts) const override;
  void drop_pieces(std::string_view key, const std::string& ticket) const override;
  void remove(std::string_view key) const override;
  void remove_leftovers(std::span<const std::string_view> beginnings) const override;
  std::unique_ptr<HeldLock> lock() const override;
  std::optional<Entry> maybe_entry(std::string_view key) const override;
  Outcome<Bytes> get_listed_range(const Entry& listed, std::uint64_t offset, std::uint64_t size_bytes) const override;
  Bytes get_range(std::string_view key, std::uint64_t offset, std::uint64_t size_bytes) const override;
  void will_need(const Entry& listed, std::uint64_t offset, std::uint64_t size_bytes) const override;

 private:
  std::string path_of(std::string_view key) const;

  std::string root_;
};

}  // namespace coulis
