// Census: the number of photos of each label, and near-duplicates under several labels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "job/tables/tables.hpp"

namespace coulis {

struct LabelCount {
  std::string name;
  std::uint64_t photos = 0;
};

struct SampledRow {
  std::uint32_t part = 0;  // index of the part, not its number
  std::uint32_t row = 0;   // of the part
};

class Census {
 public:
  // Call with the parts in order. projected: rows of the PCA. Only some parts are searched for near-duplicates.
  void add(std::uint32_t part, const RowTable& projected, bool may_have_twins);

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

}  // namespace coulis
