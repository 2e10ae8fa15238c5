// Manifest: what one finished OUTPUT holds and how it was made. Written once, just before _SUCCESS.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "job/storage/location.hpp"

namespace coulis {

inline constexpr const char* kManifestKey = "manifest.json";
inline constexpr const char* kSuccessKey = "_SUCCESS";
inline constexpr const char* kReportKey = "report.html";
inline constexpr const char* kLostToSpark = "lost to Spark";  // of the seconds of "features": without a photo, on average over the cores

struct ManifestFile {
  std::string key;
  std::uint64_t size_bytes = 0;
  std::string sha256;
};

struct ManifestPart {
  std::uint64_t number = 0;
  std::string fingerprint;
  std::uint64_t listed = 0;
  std::uint64_t ok = 0;
  std::uint64_t failed = 0;
  ManifestFile features;
  ManifestFile pca;
};

struct ManifestPca {
  std::string requested;  // "k=50", "variance=0.95", or the file of a given PCA; with the convention it decides the components
  std::string convention;
  std::vector<double> explained_variance_ratio;  // [k]
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
  std::string listing_hash;
  char csv_separator = ',';
  std::string csv_formulas;  // "quote", "keep"
  bool csv_bom = false;
  ManifestPca pca;
  std::vector<ManifestPart> parts;
  std::vector<ManifestFile> files;                      // the tables, the model; not the parts, not the report
  std::string simd;                                     // the SIMD level of the last run
  int threads = 0;                                      // of the last run, or cores of Spark
  std::uint64_t computed = 0;                           // images whose features the last run computed
  double share_of_peak = 0;                             // of the multiply-add peak, by its network; 0: not measured
  std::vector<std::pair<std::string, double>> seconds;  // of the last run, by stage

  std::uint64_t failed() const;
  double images_per_second_per_core() const;  // in the features of the last run; 0: it computed none
};

// Throws Error(kRunFailed) if the file is there and malformed; nothing if there is none.
std::optional<Manifest> read_manifest(const Location& output);
std::string to_json(const Manifest& manifest);
Manifest parse_manifest(const std::string& text, const std::string& origin);

// SHA-256 in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void update(std::span<const std::byte> bytes);
  std::string hex();  // ends the sum

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string sha256_of(std::span<const std::byte> bytes);  // hex
ManifestFile describe_file(const std::string& key, std::span<const std::byte> bytes);

}  // namespace coulis
