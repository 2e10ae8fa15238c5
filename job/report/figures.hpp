// Figures: what the report shows of the photos themselves, beside the manifest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "job/report/likeness.hpp"
#include "job/report/sample.hpp"
#include "job/report/thumbnails.hpp"

namespace coulis {

struct AgreementAt {
  std::size_t width = 0;  // numbers of a photo that are compared
  double share = 0;       // of photos whose nearest neighbour has their label
};

struct Figures {
  std::vector<LabelCount> labels;
  std::size_t more_labels = 0;  // that are not in `labels`
  std::uint64_t photos_of_more_labels = 0;

  // The sample, in listing order. Photos are named by their index below.
  std::vector<std::string> paths;           // below the input
  std::vector<std::uint32_t> photo_labels;  // indices into labels
  std::vector<float> coordinates;           // [photos, components]: the first components of the PCA
  std::size_t components = 0;
  NeighbourTable neighbours;    // by all features
  double typical_distance = 0;  // of two photos that have nothing to do with each other

  std::vector<AgreementAt> agreement;  // components of the PCA, ascending; last the features
  double agreement_by_chance = 0;
  std::vector<ConfusedLabels> confused;
  std::vector<PhotoPair> twins;  // near-duplicates with different labels
  std::size_t twins_found = 0;   // more than are shown, perhaps
  std::vector<Outlier> outliers;
  double usual_distance = 0;  // the median photo's, as in Outlier

  std::vector<Sheet> sheets;
  std::vector<std::uint32_t> sheet_photos;  // the photos on the sheets, in their order
};

// Where there are very many labels, keeps those of the sample and only counts the others.
void forget_unseen_labels(Figures& figures);

// What follows from the neighbours by all features: labels, neighbours and typical_distance are there already.
void describe_likeness(Figures& figures);

// The photos that the sections show beside the map, each once: they get the larger thumbnails.
std::vector<std::uint32_t> photos_shown_large(const Figures& figures);

}  // namespace coulis
