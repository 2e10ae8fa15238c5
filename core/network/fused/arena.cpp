#include "core/network/fused/arena.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <new>

#include "core/network/fused/layout.hpp"

namespace coulis::fused {
namespace {

constexpr std::size_t kHugePageBytes = std::size_t{2} << 20;

std::size_t round_up(std::size_t bytes, std::size_t multiple) {
  return (bytes + multiple - 1) / multiple * multiple;
}

}  // namespace

void Arena::Unmap::operator()(void* piece) const {
  munmap(piece, bytes);
}

void* Arena::allocate_bytes(std::size_t asked_bytes) {
  const std::size_t bytes = round_up(asked_bytes, kCacheLineBytes);
  if (bytes > left_bytes_) {
    const std::size_t usable_bytes = round_up(std::max(bytes, 2 * kHugePageBytes), kHugePageBytes);
    const std::size_t mapped_bytes = usable_bytes + kHugePageBytes;  // room to align
    void* piece = mmap(nullptr, mapped_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (piece == MAP_FAILED) throw std::bad_alloc();
    pieces_.emplace_back(piece, Unmap{mapped_bytes});
    void* aligned = piece;
    std::size_t space_bytes = mapped_bytes;
    std::align(kHugePageBytes, usable_bytes, aligned, space_bytes);
    madvise(aligned, usable_bytes, MADV_HUGEPAGE);  // advice: without it everything works, a little slower
    next_ = static_cast<std::byte*>(aligned);
    left_bytes_ = usable_bytes;
  }
  void* allocated = next_;
  next_ += bytes;
  left_bytes_ -= bytes;
  return allocated;
}

}  // namespace coulis::fused
