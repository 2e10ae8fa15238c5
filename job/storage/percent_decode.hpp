// percent_decode: "my%20photo" -> "my photo". What is no escape stays.
#pragma once

#include <string>
#include <string_view>

namespace coulis {

std::string percent_decode(std::string_view text);

std::string form_decode(std::string text);  // the same for form data: '+' is a space

}  // namespace coulis
