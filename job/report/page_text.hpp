// The files of page/ and the plotting library, which CMake puts into the binary.
#pragma once

#include <string_view>

namespace coulis {

extern const std::string_view kPageHtml;     // with {{style}}, {{data}}, ... where report.cpp fills in
extern const std::string_view kPageStyle;    // CSS
extern const std::string_view kPageScript;   // JavaScript
extern const std::string_view kPlotLicence;  // of the plotting library; every copy must contain it

}  // namespace coulis
