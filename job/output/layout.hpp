// The names of what an OUTPUT holds.
#pragma once

namespace coulis {

inline constexpr const char* kFeaturesFolder = "features";
inline constexpr const char* kPcaFolder = "pca";
inline constexpr const char* kMatrixKey = "matrix.csv";
inline constexpr const char* kPcaModelKey = "pca_model.safetensors";
inline constexpr const char* kErrorsKey = "errors.parquet";
inline constexpr const char* kErrorsCsvKey = "errors.csv";
inline constexpr const char* kManifestKey = "manifest.json";
inline constexpr const char* kReportKey = "report.html";
inline constexpr const char* kSuccessKey = "_SUCCESS";  // written last: without it the OUTPUT is not finished

}  // namespace coulis
