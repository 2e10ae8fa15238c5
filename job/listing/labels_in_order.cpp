#include "job/listing/labels_in_order.hpp"

#include <algorithm>
#include <string_view>

namespace coulis {

LabelsInOrder::LabelsInOrder(const ListingOptions& options, const Location& input)
    : rule_(options), input_(input), by_folder_(options.label_regex.empty()) {}

const std::string& LabelsInOrder::label_of(const ImageRef& image) {
  const std::string_view key = image.key;
  const std::string_view folder = image.label ? "/" : key.substr(0, std::min(key.rfind('/') + 1, key.size()));
  if (by_folder_ && !image.label && folder == folder_) return label_;
  label_ = rule_.label_of(image, input_);
  folder_ = folder;
  return label_;
}

}  // namespace coulis
