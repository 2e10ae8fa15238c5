// Arena: zeroed, cache-line aligned arrays in a few large pieces that the kernel can back with huge pages.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace coulis::fused {

class Arena {
 public:
  // Lives as long as the arena.
  template <class T>
  T* allocate(std::size_t count) {
    return static_cast<T*>(allocate_bytes(count * sizeof(T)));
  }

 private:
  struct Unmap {
    std::size_t bytes;
    void operator()(void* piece) const;
  };

  void* allocate_bytes(std::size_t asked_bytes);

  std::vector<std::unique_ptr<void, Unmap>> pieces_;
  std::byte* next_ = nullptr;
  std::size_t left_bytes_ = 0;
};

}  // namespace coulis::fused
