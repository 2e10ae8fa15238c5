// The sample: the photos that the report shows. It follows from the listing, so that their thumbnails can be made while the photos are
// read.
#pragma once

#include <cstddef>

#include "job/listing/listing.hpp"
#include "job/plan/plan.hpp"
#include "job/storage/location.hpp"

namespace coulis {

// Fills in Part::sampled: at most `limit` photos in all, as evenly over the labels as possible.
// When photos are added, the sample keeps its earlier photos as far as its size allows.
void choose_sample(Plan& plan, const Location& input, const LabelRule& labels, std::size_t limit);

}  // namespace coulis
