// The names of the files of an OUTPUT.
#pragma once

#include <array>
#include <string_view>

namespace coulis {

inline constexpr const char* kFeaturesFolder = "features";
inline constexpr const char* kPcaFolder = "pca";
inline constexpr const char* kThumbnailsFolder = "thumbnails";
inline constexpr std::array<std::string_view, 3> kPartFolders = {kFeaturesFolder, kPcaFolder, kThumbnailsFolder};
inline constexpr const char* kMatrixKey = "matrix.csv";
inline constexpr const char* kCsvFolder = "csv";  // instead of matrix.csv: a file for each part
inline constexpr const char* kPcaModelKey = "pca_model.safetensors";
inline constexpr const char* kErrorsKey = "errors.parquet";
inline constexpr const char* kErrorsCsvKey = "errors.csv";
inline constexpr const char* kManifestKey = "manifest.json";
inline constexpr const char* kPartsKey = "parts.jsonl";
inline constexpr const char* kReportKey = "report.html";
inline constexpr const char* kSuccessKey = "_SUCCESS";  // written last: without it the OUTPUT is not finished

inline constexpr std::string_view kCsvBeginning = "csv/part-";

// The beginnings of all keys that a run writes into an OUTPUT.
inline constexpr std::array<std::string_view, 11> kKeyBeginnings = {"features/part-", "pca/part-",  "thumbnails/part-", kCsvBeginning,
                                                                    kMatrixKey,       kPcaModelKey, kErrorsKey,         kErrorsCsvKey,
                                                                    kManifestKey,     kPartsKey,    kReportKey};

}  // namespace coulis
