// StoreView: another store, seen in another way. What a view does not override is as in that store.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "job/storage/store.hpp"

namespace coulis {

class StoreView : public Store {
 public:
  explicit StoreView(std::shared_ptr<const Store> store) : store_(std::move(store)) {}

  StoreTraits traits() const override { return store_->traits(); }
  bool exists() const override { return store_->exists(); }
  void list(std::string_view prefix, const std::function<void(Entry)>& visit) const override { store_->list(prefix, visit); }
  void walk(const Walk& walk) const override { store_->walk(walk); }
  Outcome<Bytes> get(std::string_view key, const Entry* listed) const override { return store_->get(key, listed); }
  bool has(std::string_view key) const override { return store_->has(key); }
  std::unique_ptr<PendingObject> begin_put(std::string_view key) const override { return store_->begin_put(key); }
  std::string begin_pieces(std::string_view key) const override { return store_->begin_pieces(key); }
  std::string put_piece(std::string_view key, const std::string& ticket, const Piece& piece) const override {
    return store_->put_piece(key, ticket, piece);
  }
  void finish_pieces(std::string_view key, const std::string& ticket, const std::vector<std::string>& receipts) const override {
    store_->finish_pieces(key, ticket, receipts);
  }
  void drop_pieces(std::string_view key, const std::string& ticket) const override { store_->drop_pieces(key, ticket); }
  void remove(std::string_view key) const override { store_->remove(key); }
  void remove_leftovers(std::span<const std::string_view> beginnings) const override { store_->remove_leftovers(beginnings); }
  std::unique_ptr<HeldLock> lock() const override { return store_->lock(); }
  Outcome<Bytes> get_listed_range(const Entry& listed, std::uint64_t offset, std::uint64_t size_bytes) const override {
    return store_->get_listed_range(listed, offset, size_bytes);
  }
  void will_need(const Entry& listed, std::uint64_t offset, std::uint64_t size_bytes) const override {
    store_->will_need(listed, offset, size_bytes);
  }
  void stop() const override { store_->stop(); }
  std::string warning() const override { return store_->warning(); }
  std::optional<Entry> maybe_entry(std::string_view key) const override { return store_->maybe_entry(key); }
  Bytes get_range(std::string_view key, std::uint64_t offset, std::uint64_t size_bytes) const override {
    return store_->get_range(key, offset, size_bytes);
  }

 protected:
  const Store& store() const { return *store_; }
  const std::shared_ptr<const Store>& shared_store() const { return store_; }

 private:
  std::shared_ptr<const Store> store_;
};

}  // namespace coulis
