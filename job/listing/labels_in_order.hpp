// LabelsInOrder: the labels of the images of a listing, one after another. Images of one folder share the work.
#pragma once

#include <string>

#include "job/listing/listing.hpp"

namespace coulis {

class LabelsInOrder {
 public:
  LabelsInOrder(const ListingOptions& options, const Location& input);

  const std::string& label_of(const ImageRef& image);  // valid until the next call

 private:
  LabelRule rule_;
  const Location& input_;
  bool by_folder_;
  std::string folder_ = "/";  // of the last image; no key begins with it
  std::string label_;
};

}  // namespace coulis
