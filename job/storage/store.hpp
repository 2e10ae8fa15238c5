// Store: a place that holds objects by key. One implementation for each kind of place; `Location` is what others see.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "job/storage/location.hpp"

namespace coulis {

// An object on its way. Dropped before commit(), nothing of it is ever visible.
class PendingObject {
 public:
  virtual ~PendingObject() = default;
  virtual void write(std::span<const std::byte> bytes) = 0;
  virtual void commit() = 0;
};

// What a Lock holds.
class HeldLock {
 public:
  virtual ~HeldLock() = default;
  virtual void confirm() const {}
  std::optional<std::string> maybe_dead_holder;
};

// The functions of Location, with the same promises.
class Store {
 public:
  virtual ~Store() = default;
  virtual StoreTraits traits() const = 0;
  virtual bool exists() const = 0;
  virtual void list(std::string_view prefix, const std::function<void(Entry)>& visit) const = 0;
  virtual void walk(const Walk& walk) const {
    list("", [&](Entry entry) { walk.visit(std::move(entry), EntryKind::kFile); });
  }
  virtual Outcome<Bytes> get(std::string_view key, const Entry* listed) const = 0;  // listed: may be null
  virtual bool has(std::string_view key) const = 0;
  virtual std::unique_ptr<PendingObject> begin_put(std::string_view key) const = 0;
  // These four: only where traits().piece_bytes is not 0.
  virtual std::string begin_pieces(std::string_view key) const;                                              // its ticket
  virtual std::string put_piece(std::string_view key, const std::string& ticket, const Piece& piece) const;  // its receipt
  virtual void finish_pieces(std::string_view key, const std::string& ticket, const std::vector<std::string>& receipts) const;  // by number
  virtual void drop_pieces(std::string_view key, const std::string& ticket) const;
  virtual void remove(std::string_view key) const = 0;
  virtual void remove_leftovers(std::span<const std::string_view> beginnings) const = 0;
  virtual std::unique_ptr<HeldLock> lock() const = 0;
  // A range of an object, as far as that goes; it is still as it was listed, or Failure{kRead, kChanged}.
  virtual Outcome<Bytes> get_listed_range(const Entry& listed, std::uint64_t offset, std::uint64_t size_bytes) const = 0;
  virtual void will_need(const Entry& /*listed*/, std::uint64_t /*offset*/, std::uint64_t /*size_bytes*/) const {}
  virtual void stop() const {}
  virtual std::string warning() const { return ""; }
  virtual std::optional<Entry> maybe_entry(std::string_view key) const = 0;  // nothing: there is no such object
  // For readers of single columns; only buckets are read in this way.
  virtual Bytes get_range(std::string_view key, std::uint64_t offset, std::uint64_t size_bytes) const;
};

Failure too_large(std::uint64_t size_bytes, std::uint64_t max_photo_bytes);  // of a photo

Bytes slice(const Bytes& bytes, std::uint64_t offset, std::uint64_t size_bytes);  // as far as they go

}  // namespace coulis
