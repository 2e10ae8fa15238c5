// Census: the number of photos of each label, and near-duplicates under several labels.
// Sample: the photos that the report shows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "job/output/manifest_parts.hpp"
#include "job/reduce/part_sample.hpp"
#include "job/storage/location.hpp"

namespace coulis {

struct SampledRow {
  std::uint32_t part = 0;  // index of the part, not its number
  std::uint32_t row = 0;   // of the part
};

class Census {
 public:
  void add(std::uint32_t part, const PartSample& sample);  // call with the parts in order

  const std::vector<LabelCount>& labels() const { return labels_; }               // in listing order
  std::uint64_t photos_of_more_labels() const { return photos_of_more_labels_; }  // photos of labels after the first 100,000

  std::optional<std::uint32_t> find(const std::string& label) const;  // index into labels()

  // A few photos with the same PCA row under several labels, in listing order: the user should see these.
  std::vector<SampledRow> find_twins() const;

 private:
  struct Candidate {
    SampledRow photo;
    std::uint32_t label = 0;
    std::uint64_t row_hash = 0;
  };

  std::unordered_map<std::string, std::uint32_t> ids_;
  std::vector<LabelCount> labels_;
  std::vector<Candidate> candidates_;
  std::uint64_t photos_of_more_labels_ = 0;
};

// Gathers what the parts hand over.
class ReportRows {
 public:
  void add(std::size_t part, PartSample sample);  // call with the parts in order

  const Census& census() const { return census_; }
  // With the near-duplicates, in listing order. Reads the parts that have some.
  ShownPhotos photos(const Location& output, const std::vector<ManifestPart>& parts, int threads) &&;

 private:
  Census census_;
  std::map<std::size_t, PartSample> shown_;  // by part: those with photos to show
};

}  // namespace coulis
