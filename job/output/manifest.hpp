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

struct ManifestPart {
  std::uint64_t number = 0;
  std::string fingerprint;
  std::uint64_t listed = 0;
  std::uint64_t ok = 0;
  std::uint64_t failed = 0;
  ManifestFile features;
  ManifestFile pca;
  std::uint64_t turned = 0;                           // photos of `ok` whose EXIF orientation turns them, applied or not
  std::optional<ManifestFile> maybe_thumbnails = {};  // of photos of the sample
  std::optional<ManifestFile> maybe_csv = {};  // the lines of the part: a piece of matrix.csv, after those of earlier parts, or a file
  std::vector<std::uint32_t> sampled = {};     // photos that the report shows: indices into the part's listed photos, ascending
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
  std::vector<ManifestPart> parts;
  std::vector<ManifestFile> files;                      // the tables and the model, without the parts and the report
  std::string simd;                                     // the SIMD level of the last run
  int threads = 0;                                      // of the last run, or cores of a cluster
  std::uint64_t computed = 0;                           // images whose features the last run computed
  double share_of_peak = 0;                             // of the multiply-add peak, by its network; 0: not measured
  std::vector<std::pair<std::string, double>> seconds;  // of the last run, by stage

  std::uint64_t failed() const;
  std::uint64_t turned() const;
  double images_per_second_per_core() const;  // in the features of the last run; 0: it computed none
};

// Throws Error(kRunFailed) if the file is malformed; empty if there is none.
std::optional<Manifest> read_manifest(const Location& output);
std::string to_json(const Manifest& manifest);
std::string to_json(
    const PassedOver& passed_over);  // only the reasons that occurred: {"ending": {"files": 2, "folders": 0, "example": "notes.txt"}}
Manifest parse_manifest(const std::string& text, const std::string& origin);

// Of hex sums: the sha256 of their texts, one after another. matrix.csv has those of its header line and of each part's lines.
std::string sum_of_sums(const std::vector<std::string>& sums);

ManifestFile describe_file(const std::string& key, std::span<const std::byte> bytes);

}  // namespace coulis
