// Manifest: what a finished OUTPUT holds and how it was made. Written just before
// _SUCCESS, and rewritten if only the files that the listing ignored have changed.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/base/field_text.hpp"
#include "core/base/sha256.hpp"
#include "job/listing/passed_over.hpp"
#include "job/output/layout.hpp"
#include "job/storage/location.hpp"

namespace coulis {

// The seconds of "features" in which a core of a cluster had no photo to work on, averaged over the cores.
inline constexpr const char* kTaskOverhead = "task overhead";

struct ManifestFile {
  std::string key;
  std::uint64_t size_bytes = 0;
  std::string sha256;
  bool of_sums = false;  // sha256 is sum_of_sums() of its pieces: so no thread had to read all of it
};

// The parts are in a file of their own, one JSON object a line: 100,000 parts are 100 MB, and most verbs need none of them.
struct ManifestParts {
  std::uint64_t count = 0;
  std::uint64_t turned = 0;  // photos
  std::string names;         // sum_of_names() of the parts' files in pca/ and csv/
  ManifestFile file;         // parts.jsonl
};

struct ManifestPca {
  std::string requested;  // "k=50", "variance=0.95", or the file of a given PCA; with the projection it determines the rows
  std::map<std::string, std::string> projection;  // options of the model: {"convention": "centred", ...}
  std::vector<double> explained_variance_ratio;   // [k]
};

struct Manifest {
  std::string coulis_version;
  std::string input;  // printable
  std::string model_name;
  std::string model_sha256;
  std::string precision;  // of the network: "fp32", "bf16", "int8"
  std::string settings;   // what the fingerprints cover
  std::uint64_t listed = 0;
  std::uint64_t listed_bytes = 0;
  std::uint64_t ok = 0;
  std::map<std::string, std::uint64_t> failed_by_code;
  PassedOver passed_over;
  std::string listing_hash;
  OptionTexts options;  // all options of the run: the defaults of fit, report and project
  ManifestPca pca;
  ManifestParts parts;
  std::vector<ManifestFile> files;                      // the tables and the model, without what the parts name and the report
  std::string simd;                                     // the SIMD level of the last run
  int threads = 0;                                      // of the last run, or cores of a cluster
  std::uint64_t computed = 0;                           // images whose features the last run computed
  double share_of_peak = 0;                             // of the multiply-add peak, by its network; 0: not measured
  std::vector<std::pair<std::string, double>> seconds;  // of the last run, by stage

  std::uint64_t failed() const;
  double images_per_second_per_core() const;  // in the features of the last run; 0: it computed none
};

// Throws Error(kRunFailed) if the file is malformed; empty if there is none.
std::optional<Manifest> read_manifest(const Location& output);
std::string to_json(const Manifest& manifest);
std::string to_json(
    const PassedOver& passed_over);  // only the reasons that occurred: {"ending": {"files": 2, "folders": 0, "example": "notes.txt"}}
Manifest parse_manifest(const std::string& text, const std::string& origin);

// The sha256 of names, in any order.
std::string sum_of_names(std::vector<std::string> names);

// Of hex sums: the sha256 of their texts, one after another. matrix.csv has those of its header line and of each part's lines.
std::string sum_of_sums(const std::vector<std::string>& sums);

ManifestFile describe_file(const std::string& key, std::span<const std::byte> bytes);

}  // namespace coulis
