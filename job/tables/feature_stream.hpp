// FeatureStream: rows of features as a stream of bytes, batch by batch, for pipes.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/enum_names.hpp"
#include "job/tables/tables.hpp"

namespace coulis {

enum class FeatureFormat { kArrow, kNpy, kCsv };

template <>
struct EnumNames<FeatureFormat> {
  static constexpr std::string_view kWhat = "format of features";
  static constexpr std::array<std::pair<FeatureFormat, std::string_view>, 3> kAll = {
      {{FeatureFormat::kArrow, "arrow"}, {FeatureFormat::kNpy, "npy"}, {FeatureFormat::kCsv, "csv"}}};
};

// Rows of a photo that cannot be used have a code and a message.
struct FeatureBatch {
  std::vector<std::string> paths;     // printable
  std::vector<float> values;          // [paths, width]
  std::vector<std::string> codes;     // [paths]; "" for a good photo
  std::vector<std::string> messages;  // [paths]
};

class FeatureStream {
 public:
  FeatureStream() = default;
  virtual ~FeatureStream() = default;
  FeatureStream(const FeatureStream&) = delete;
  FeatureStream& operator=(const FeatureStream&) = delete;

  virtual void write(const FeatureBatch& batch) = 0;
  virtual void finish() {}  // after the last batch
};

using WriteBytes = std::function<void(std::string_view bytes)>;

std::string feature_csv_header(std::size_t width, const CsvOptions& options);
std::string feature_csv_lines(const FeatureBatch& batch, const CsvOptions& options);

// arrow: an IPC stream of path string, features fixed_size_list<float>
// (null for a bad photo), code string, message string.
// npy: float32 [photos, width], NaN for a bad photo. csv: path, code, f0, f1, ...; no numbers for a bad photo.
std::unique_ptr<FeatureStream> open_feature_stream(FeatureFormat format, std::size_t photos, std::size_t width, const CsvOptions& csv,
                                                   WriteBytes write);
std::unique_ptr<FeatureStream> open_arrow_stream(std::size_t width, WriteBytes write);

}  // namespace coulis
