// RunOptions: all options of a run.
#pragma once

#include <string>

#include "core/base/field_text.hpp"
#include "core/decode/decode.hpp"
#include "core/features/options.hpp"
#include "core/network/model.hpp"
#include "core/pca/pca.hpp"
#include "job/collections/options.hpp"
#include "job/features/options.hpp"
#include "job/listing/listing.hpp"
#include "job/report/options.hpp"
#include "job/storage/location.hpp"
#include "job/storage/storage_options.hpp"
#include "job/tables/tables.hpp"
#include "job/threads/worker_count.hpp"

namespace coulis {

struct RunOptions {
  std::string input;
  std::string output;
  int threads = 0;  // 0: one per CPU that this process may use
  NetworkOptions network;
  DecodeOptions decode;
  CollectionOptions collections;
  ListingOptions listing;
  FeatureOptions features;
  PcaOptions pca;
  CsvOptions csv;
  ReportOptions report;
  StorageOptions storage;
};

template <class V>
void visit_threads(auto& threads, V&& v) {
  v(Field("threads", "Worker threads; 0: one per CPU", Affects::kNothing, {0, kMaxThreads}), threads);
}

// All options but INPUT and OUTPUT. visit_group("decode", o.decode), ... for callers that need the group of an option.
template <OptionsOf<RunOptions> O, class G>
void visit_groups(O& o, G&& visit_group) {
  visit_group("network", o.network);
  visit_group("decode", o.decode);
  visit_group("collections", o.collections);
  visit_group("listing", o.listing);
  visit_group("features", o.features);
  visit_group("pca", o.pca);
  visit_group("csv", o.csv);
  visit_group("report", o.report);
  visit_group("storage", o.storage);
}

template <OptionsOf<RunOptions> O, class V>
void visit_fields(O& o, V&& v) {
  visit_threads(o.threads, v);
  visit_groups(o, [&](const char*, auto& group) { visit_fields(group, v); });
}

void validate(const RunOptions& options);  // throws Error(kUsage) with the flag's name

// Sets the options that the texts name. A named option overrides one that it excludes and that was set before.
void set_options(const OptionTexts& texts, RunOptions& options);
OptionTexts to_texts(const RunOptions& options);  // the options that affect results, which the manifest keeps

// Everything that changes the bytes of a part file, apart from
// its images. In every fingerprint, every file and the manifest.
std::string settings_of(const RunOptions& options, const Location& input, const ModelCard& card);

}  // namespace coulis
