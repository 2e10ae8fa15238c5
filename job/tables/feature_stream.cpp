#include "job/tables/feature_stream.hpp"

#include <fmt/format.h>

#include <bit>

namespace coulis {
namespace {

constexpr std::size_t kNpyAlignment = 64;  // https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
static_assert(std::endian::native == std::endian::little);

std::string npy_header(std::size_t photos, std::size_t width) {
  std::string text = fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}), }}", photos, width);
  constexpr std::size_t kBefore = 10;  // magic string, version, length
  text.append((kNpyAlignment - (kBefore + text.size() + 1) % kNpyAlignment) % kNpyAlignment, ' ');
  text += '\n';
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(text.size() % 256);
  header += static_cast<char>(text.size() / 256);
  return header + text;
}

class NpyStream final : public FeatureStream {
 public:
  NpyStream(std::size_t photos, std::size_t width, WriteBytes write) : write_(std::move(write)) { write_(npy_header(photos, width)); }

  void write(const FeatureBatch& batch) override {
    write_({reinterpret_cast<const char*>(batch.values.data()), batch.values.size() * sizeof(float)});
  }

 private:
  WriteBytes write_;
};

class CsvStream final : public FeatureStream {
 public:
  CsvStream(std::size_t width, const CsvOptions& options, WriteBytes write) : options_(options), write_(std::move(write)) {
    write_(feature_csv_header(width, options_));
  }

  void write(const FeatureBatch& batch) override { write_(feature_csv_lines(batch, options_)); }

 private:
  CsvOptions options_;
  WriteBytes write_;
};

}  // namespace

std::unique_ptr<FeatureStream> open_feature_stream(FeatureFormat format, std::size_t photos, std::size_t width, const CsvOptions& csv,
                                                   WriteBytes write) {
  switch (format) {
    case FeatureFormat::kArrow: return open_arrow_stream(width, std::move(write));
    case FeatureFormat::kNpy: return std::make_unique<NpyStream>(photos, width, std::move(write));
    case FeatureFormat::kCsv: return std::make_unique<CsvStream>(width, csv, std::move(write));
  }
  return nullptr;
}

}  // namespace coulis
