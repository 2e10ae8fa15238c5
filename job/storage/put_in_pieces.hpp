// PutInPieces: a put whose pieces several threads write at once.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "job/storage/location.hpp"

namespace coulis {

// The least size of piece `number`, except the last one of an object: a bucket takes 10,000 of them, so later ones are larger.
std::uint64_t least_piece_bytes(const StoreTraits& traits, std::uint64_t number);

// Nothing is visible before commit(). Dropped before that, nothing is left.
class PutInPieces {
 public:
  PutInPieces(const Location& location, std::string_view key);
  ~PutInPieces();
  PutInPieces(const PutInPieces&) = delete;
  PutInPieces& operator=(const PutInPieces&) = delete;

  // Takes the next bytes. Call it in order, one call at a time. Returns what is left to do for them, maybe
  // nothing: any thread may do it, beside further calls, but before commit(). `this` must outlive it.
  std::function<void()> take(std::string bytes);
  void commit();

  std::uint64_t size_bytes() const { return begun_bytes_ + next_bytes_; }

 private:
  std::function<void()> begin_piece();
  void put(std::uint64_t number, std::uint64_t offset, const std::vector<std::string>& texts);

  Location location_;
  StoreTraits traits_;
  std::string key_;
  std::string ticket_;              // empty: no piece has begun
  std::uint64_t begun_pieces_ = 0;  // these two: of pieces that have begun
  std::uint64_t begun_bytes_ = 0;
  std::vector<std::string> next_;  // the next piece: joined by the thread that puts it
  std::uint64_t next_bytes_ = 0;
  std::mutex mutex_;                         // guards receipts_
  std::vector<std::string> receipts_;        // by piece
  std::unique_ptr<PutStream> maybe_stream_;  // where the store has no pieces
};

}  // namespace coulis
