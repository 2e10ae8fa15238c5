// The sample of a part in the result of a task: texts as JSON, numbers in the payload.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "job/reduce/part_sample.hpp"

namespace coulis {

nlohmann::ordered_json write_sample(const PartSample& sample, std::string& payload);  // appends to the payload

// Takes its numbers off the front of the payload. Throws json::exception, and Error(kRunFailed) if the payload is too short.
PartSample read_sample(const nlohmann::ordered_json& value, std::string_view& payload);

}  // namespace coulis
