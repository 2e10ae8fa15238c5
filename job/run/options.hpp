// RunOptions: all that `coulis run` can be told.
#pragma once

#include <string>
#include <string_view>

#include "core/decode/decode.hpp"
#include "core/network/model.hpp"
#include "core/network/precision.hpp"
#include "core/pca/pca.hpp"
#include "job/listing/listing.hpp"
#include "job/run/reduce.hpp"
#include "job/storage/location.hpp"
#include "job/storage/storage_options.hpp"
#include "job/tables/tables.hpp"

namespace coulis {

enum class OnBad { kSkip, kFail };

std::string_view to_string(OnBad on_bad);   // "skip", "fail"
OnBad parse_on_bad(std::string_view name);  // throws Error(kUsage)

struct FeatureOptions {
  std::string model;  // empty: the built-in one
  Precision precision = Precision::kFp32;
  int threads = 0;  // 0: worker_count()
  int images_per_part = 1024;
  OnBad on_bad = OnBad::kSkip;
  double max_bad = 1.0;  // share of the listing
  Compression compression = Compression::kSnappy;
  bool fresh = false;
};

template <class V>
void visit_fields(FeatureOptions& o, V&& v) {
  v("model", "A known model's name, or a .safetensors file", o.model);
  v("precision", "What the network computes in: fp32; or bf16 or int8, which are faster and less exact", o.precision);
  v("threads", "Worker threads; 0: one per CPU", o.threads);
  v("images-per-part", "Images in one part, the unit of work and of resuming", o.images_per_part);
  v("on-bad", "What to do with an image that cannot be used: skip (a row in the errors table) or fail", o.on_bad);
  v("max-bad", "Stop when more than this share of the images is bad: 0.01 or 1%", o.max_bad);
  v("compression", "Of the Parquet files: snappy or zstd", o.compression);
  v("fresh", "Compute everything again, whatever OUTPUT holds", o.fresh);
}

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

// What 0 means here: the CPUs that this process may use, or those that the quota of its control groups allows, rounded up.
int worker_count(int threads_option);

}  // namespace coulis
