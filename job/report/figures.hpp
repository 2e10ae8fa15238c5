// Figures: what the report shows about the photos, besides the manifest.
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
  std::size_t width = 0;  // numbers compared per photo
  double share = 0;       // of photos whose nearest neighbour has the same label
};

struct Figures {
  std::vector<LabelCount> labels;
  std::size_t more_labels = 0;  // labels that are not in `labels`
  std::uint64_t photos_of_more_labels = 0;

  // The sample, in listing order. Photos are named by their index below.
  std::vector<std::string> paths;           // below the input
  std::vector<std::uint32_t> photo_labels;  // indices into labels
  std::vector<float> coordinates;           // [photos, components]: the first components of the PCA
  std::size_t components = 0;
  NeighbourTable neighbours;    // by all features
  double typical_distance = 0;  // between two unrelated photos

  std::vector<AgreementAt> agreement;  // by number of components, ascending; the last one is by all features
  double agreement_by_chance = 0;
  std::vector<ConfusedLabels> confused;
  std::vector<PhotoPair> twins;  // near-duplicates with different labels
  std::size_t twins_found = 0;   // may be more than are shown
  std::vector<Outlier> outliers;
  double usual_distance = 0;  // the median photo's, as in Outlier

  std::vector<Sheet> sheets;
  std::vector<std::uint32_t> sheet_photos;  // the photos on the sheets, in their order
};

// If there are very many labels, keeps those of the sample and counts the others.
void forget_unseen_labels(Figures& figures);

// Fills in what follows from the neighbours. Needs labels, neighbours and typical_distance.
void describe_likeness(Figures& figures);

// The photos that the sections besides the map show, each once: these get the larger thumbnails.
std::vector<std::uint32_t> photos_shown_large(const Figures& figures);

}  // namespace coulis
