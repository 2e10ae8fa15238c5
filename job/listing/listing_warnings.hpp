// listing_warnings: what looks like a mistake in a listing, before hours are spent on it.
#pragma once

#include <string>
#include <vector>

#include "job/listing/listing.hpp"
#include "job/storage/location.hpp"

namespace coulis {

// Sentences: folders that may not be read, photos without a label, labels with one photo each, photos whose label comes from the path of
// INPUT, notes of macOS in a bucket, and the notes of the listing itself. Most often none.
std::vector<std::string> listing_warnings(const Listing& listing, const Location& input, const ListingOptions& options, int threads);

}  // namespace coulis
