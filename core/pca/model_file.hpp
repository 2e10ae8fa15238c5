// The PCA model file: safetensors with float64 tensors mean, components, explained_variance and explained_variance_ratio.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/pca/pca.hpp"

namespace coulis {

struct PcaFile {
  PcaModel model;
  std::map<std::string, std::string> provenance;  // model sha256, tool version, ...: whatever else the metadata holds
};

// Count, projection and total variance go into the metadata, and
// override a provenance of the same name. Same input, same bytes.
std::vector<std::byte> to_safetensors(const PcaModel& model, const std::map<std::string, std::string>& provenance);

// Throws Error(kRunFailed) naming `origin` if the bytes are malformed or contradict each other.
PcaFile parse_pca_file(std::span<const std::byte> bytes, const std::string& origin);

}  // namespace coulis
