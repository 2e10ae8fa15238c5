// cut: a listing into parts.
#pragma once

#include <string_view>
#include <vector>

#include "job/plan/plan.hpp"

namespace coulis {

std::vector<Part> cut(const ImageList& images, const PlanOptions& options);  // not numbered

// Gives them the lowest numbers that no part has. parts: by number, then and now.
void append_new_parts(std::vector<Part>& parts, std::vector<Part> new_parts, std::string_view reason);

}  // namespace coulis
