// Candidates: for each row, the rows nearest to it in float32. Rows are compared in blocks, each pair of blocks once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "core/base/matrix_view.hpp"
#include "core/neighbours/neighbours.hpp"

namespace coulis {

struct Candidate {
  float score = std::numeric_limits<float>::infinity();  // squared distance, minus the squared norm of the row itself
  std::uint32_t row = std::numeric_limits<std::uint32_t>::max();

  auto operator<=>(const Candidate&) const = default;
};

class Candidates {
 public:
  Candidates(MatrixView<const float> rows, std::size_t count, const ForEach& for_each);  // [n, d]; count < n

  std::size_t blocks() const;
  std::size_t begin_of(std::size_t block) const;  // its first row; n for blocks()
  // Ordered by (a + b) mod n: pairs with the same sum share no block, so threads that take them in order seldom wait.
  std::vector<std::pair<std::size_t, std::size_t>> pairs_of_blocks() const;

  // Compares a pair of blocks, a <= b. Thread-safe, and pairs may come in any order.
  void compare(std::size_t a, std::size_t b);

  // When all pairs have been compared: the lowest scores of a row, ascending.
  std::span<const Candidate> of(std::size_t row) const { return {best_.data() + row * count_, count_}; }

 private:
  void pick(std::size_t row, std::span<const float> products, std::size_t first);
  void offer(std::size_t to, const Candidate& offered);

  std::size_t rows_, columns_, count_;
  std::unique_ptr<float[]> centred_;  // [n, d]: centred, for less round-off in the products
  std::vector<float> squared_norms_;  // [n], of the centred rows
  std::vector<Candidate> best_;       // [n, count]
  std::vector<float> limits_;         // [n]: the highest score of each row's candidates
  std::vector<std::mutex> mutexes_;   // [blocks]: guard best_ and limits_ of a block
};

}  // namespace coulis
