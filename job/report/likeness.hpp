// Similarity: what nearest neighbours say about labels, and which photos are outliers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "job/reduce/neighbours.hpp"

namespace coulis {

struct PhotoPair {
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  float distance = 0;
};

struct ConfusedLabels {
  std::uint32_t a = 0;  // a < b
  std::uint32_t b = 0;
  std::uint64_t photos = 0;         // photos of either label whose nearest neighbour has the other
  std::uint64_t of = 0;             // photos of the two labels
  std::vector<PhotoPair> examples;  // the nearest first
};

// All take labels: [photos]. To compare the labels of neighbours, they use only labels with at least two photos.

double label_agreement(const NeighbourTable& neighbours, std::span<const std::uint32_t> labels);  // share of photos; NaN if there are none
double agreement_by_chance(std::span<const std::uint32_t> labels);                                // of a neighbour drawn at random

// Largest share of confused photos first.
std::vector<ConfusedLabels> confused_labels(const NeighbourTable& neighbours, std::span<const std::uint32_t> labels, std::size_t limit,
                                            std::size_t examples);

// The median distance between unrelated photos.
double typical_distance(MatrixView<const float> rows);

// Pairs of neighbours with different labels, no further apart than `max_distance`, the nearest first.
std::vector<PhotoPair> pairs_across_labels(const NeighbourTable& neighbours, std::span<const std::uint32_t> labels, double max_distance);

struct Outlier {
  std::uint32_t photo = 0;
  double distance = 0;  // mean distance to its nearest neighbours
};
std::vector<Outlier> outliers(const NeighbourTable& neighbours);  // every photo, the most distant first

}  // namespace coulis
