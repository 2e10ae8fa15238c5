// Arena: zeroed, cache-line aligned floats in a few large pieces that the kernel can back with huge pages.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace coulis::fused {

class Arena {
 public:
  float* allocate(std::size_t count);  // lives as long as the arena

 private:
  struct Unmap {
    std::size_t bytes;
    void operator()(void* piece) const;
  };
  std::vector<std::unique_ptr<void, Unmap>> pieces_;
  std::byte* next_ = nullptr;
  std::size_t left_bytes_ = 0;
};

}  // namespace coulis::fused
