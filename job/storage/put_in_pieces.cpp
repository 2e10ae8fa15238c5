#include "job/storage/put_in_pieces.hpp"

#include <span>
#include <utility>

namespace coulis {
namespace {

constexpr std::uint64_t kSmallPieces = 1000;
constexpr std::uint64_t kTimesLarger = 8;  // the others: 580 GB in 10,000 pieces of a bucket

std::string join(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += text;
  return all;
}

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

std::function<void()> PutInPieces::take(std::string bytes) {
  next_bytes_ += bytes.size();
  if (maybe_stream_) {
    maybe_stream_->write(std::as_bytes(std::span(bytes)));
    return {};
  }
  next_.push_back(std::move(bytes));
  return next_bytes_ < least_piece_bytes(traits_, begun_pieces_) ? std::function<void()>() : begin_piece();
}

std::function<void()> PutInPieces::begin_piece() {
  if (ticket_.empty()) ticket_ = location_.begin_pieces(key_);
  const std::uint64_t number = begun_pieces_++;
  const std::uint64_t offset = begun_bytes_;
  begun_bytes_ += std::exchange(next_bytes_, 0);
  return [this, number, offset, texts = std::exchange(next_, {})] { put(number, offset, texts); };
}

void PutInPieces::put(std::uint64_t number, std::uint64_t offset, const std::vector<std::string>& texts) {
  const std::string bytes = join(texts);
  std::string receipt = location_.put_piece(key_, ticket_, {number, offset, std::as_bytes(std::span(bytes))});
  const std::lock_guard lock(mutex_);
  if (receipts_.size() <= number) receipts_.resize(number + 1);
  receipts_[number] = std::move(receipt);
}

void PutInPieces::commit() {
  if (maybe_stream_) return maybe_stream_->commit();
  if (ticket_.empty()) return location_.put(key_, join(next_));
  if (next_bytes_ != 0) begin_piece()();
  location_.finish_pieces(key_, ticket_, receipts_);
  ticket_.clear();
}

}  // namespace coulis
