#include "job/storage/put_in_pieces.hpp"

#include <utility>

namespace coulis {
namespace {

constexpr std::uint64_t kSmallPieces = 1000;
constexpr std::uint64_t kTimesLarger = 8;  // the others: 580 GB in 10,000 pieces of a bucket

}  // namespace

std::uint64_t least_piece_bytes(const StoreTraits& traits, std::uint64_t number) {
  return number < kSmallPieces ? traits.piece_bytes : traits.piece_bytes * kTimesLarger;
}

PutInPieces::PutInPieces(const Location& location, std::string_view key) : location_(location), traits_(location.traits()), key_(key) {
  if (traits_.piece_bytes == 0) maybe_stream_ = std::make_unique<PutStream>(location, key);
}

PutInPieces::~PutInPieces() {
  if (!ticket_.empty()) location_.drop_pieces(key_, ticket_);
}

std::function<void()> PutInPieces::take(std::span<const std::byte> bytes) {
  if (maybe_stream_) {
    maybe_stream_->write(bytes);
    begun_bytes_ += bytes.size();
    return {};
  }
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  return buffer_.size() < least_piece_bytes(traits_, begun_pieces_) ? std::function<void()>() : begin_piece();
}

std::function<void()> PutInPieces::begin_piece() {
  if (ticket_.empty()) ticket_ = location_.begin_pieces(key_);
  const std::uint64_t number = begun_pieces_++;
  const std::uint64_t offset = begun_bytes_;
  begun_bytes_ += buffer_.size();
  return [this, number, offset, bytes = std::exchange(buffer_, {})] { put(number, offset, bytes); };
}

void PutInPieces::put(std::uint64_t number, std::uint64_t offset, const Bytes& bytes) {
  std::string receipt = location_.put_piece(key_, ticket_, {number, offset, bytes});
  const std::lock_guard lock(mutex_);
  if (receipts_.size() <= number) receipts_.resize(number + 1);
  receipts_[number] = std::move(receipt);
}

void PutInPieces::commit() {
  if (maybe_stream_) return maybe_stream_->commit();
  if (ticket_.empty()) return location_.put(key_, buffer_);
  if (!buffer_.empty()) begin_piece()();
  location_.finish_pieces(key_, ticket_, receipts_);
  ticket_.clear();
}

}  // namespace coulis
