// Pieces of the manifest as JSON, also used in the orders and results of tasks.
#pragma once

#include <nlohmann/json.hpp>

#include "job/output/manifest_parts.hpp"

namespace coulis {

nlohmann::ordered_json to_json_value(const ManifestFile& file);
nlohmann::ordered_json to_json_value(const ManifestPart& part);
nlohmann::ordered_json to_json_value(const OptionTexts& options);

// Throw nlohmann::json::exception where something is missing or of another type.
std::uint64_t parse_natural(const nlohmann::ordered_json& value);  // get() would wrap -1, and casting 1e300 is undefined
ManifestFile parse_manifest_file(const nlohmann::ordered_json& value);
ManifestPart parse_manifest_part(const nlohmann::ordered_json& value);
std::vector<std::uint32_t> parse_sampled(const nlohmann::ordered_json& part, std::uint64_t listed);  // empty if it has no "sampled"
OptionTexts parse_option_texts(const nlohmann::ordered_json& object);

}  // namespace coulis
