// MatrixView: a borrowed row-major matrix. T may be const.
#pragma once

#include <cstddef>
#include <span>

namespace coulis {

template <class T>
struct MatrixView {
  T* data = nullptr;
  std::size_t rows = 0;
  std::size_t columns = 0;

  std::span<T> row(std::size_t i) const { return {data + i * columns, columns}; }
  T& operator()(std::size_t i, std::size_t j) const { return data[i * columns + j]; }
};

}  // namespace coulis
