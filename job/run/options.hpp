// RunOptions: all that `coulis run` can be told.
#pragma once

#include <string>

#include "core/decode/decode.hpp"
#include "core/network/model.hpp"
#include "core/pca/pca.hpp"
#include "job/features/options.hpp"
#include "job/listing/listing.hpp"
#include "job/report/options.hpp"
#include "job/storage/location.hpp"
#include "job/storage/storage_options.hpp"
#include "job/tables/tables.hpp"

namespace coulis {

struct RunOptions {
  std::string input;
  std::string output;
  StorageOptions storage;
  ListingOptions listing;
  DecodeOptions decode;
  FeatureOptions features;
  PcaOptions pca;
  CsvOptions csv;
  ReportOptions report;
};

void validate(const PcaOptions& options);  // both throw Error(kUsage) with the flag's name
void validate(const RunOptions& options);

// All that changes the bytes of a part file besides its images: in every fingerprint, every file, the manifest.
std::string settings_of(const RunOptions& options, const Location& input, const ModelCard& card);

}  // namespace coulis
