// The files of page/ and the plotting library, as CMake put them into the binary.
#pragma once

#include <string_view>

namespace coulis {

extern const std::string_view kPageHtml;     // with {{style}}, {{data}}, ... where report.cpp fills in
extern const std::string_view kPageStyle;    // CSS
extern const std::string_view kPageScript;   // JavaScript
extern const std::string_view kPlotLicence;  // of the plotting library, to be in every copy of it

}  // namespace coulis
