// Census: how many photos each label has, and which of them the report looks at. The same output gives the same sample.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "job/tables/tables.hpp"

namespace coulis {

struct LabelCount {
  std::string name;
  std::uint64_t photos = 0;
  std::uint64_t candidates = 0;  // photos that may be sampled
};

struct SampledPhoto {
  std::uint32_t part = 0;   // index of the part, not its number
  std::uint32_t row = 0;    // of the part
  std::uint32_t label = 0;  // index into Census::labels()
};

class Census {
 public:
  // Parts in their order, with the rows of the PCA. A part that may not be sampled is only counted.
  void add(std::uint32_t part, const RowTable& projected, bool may_be_sampled);

  const std::vector<LabelCount>& labels() const { return labels_; }               // in listing order
  std::uint64_t photos_of_more_labels() const { return photos_of_more_labels_; }  // of labels that came after the first 100,000

  // At most `limit` photos, in listing order: as many of each label as of any other, evenly spread over its photos; and, first, photos
  // that have the same PCA row under several labels, for they are what a person should see.
  std::vector<SampledPhoto> sample(std::size_t limit) const;

 private:
  struct Candidate {
    SampledPhoto photo;
    std::uint64_t row_hash = 0;
  };

  std::vector<char> find_twins() const;                         // [candidates], 1 for those chosen
  std::vector<std::size_t> share_out(std::size_t limit) const;  // photos for each label

  std::unordered_map<std::string, std::uint32_t> ids_;
  std::vector<LabelCount> labels_;
  std::vector<Candidate> candidates_;
  std::uint64_t photos_of_more_labels_ = 0;
};

}  // namespace coulis
