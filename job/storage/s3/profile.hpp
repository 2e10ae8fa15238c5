// What the environment and the files of the AWS tools say.
#pragma once

#include <initializer_list>
#include <string>

namespace coulis::s3 {

std::string environment(const char* name);  // empty if it is not set

std::string first_of(std::initializer_list<std::string> values);  // the first that is not empty

std::string profile_in_use();  // AWS_PROFILE, AWS_DEFAULT_PROFILE, "default"

// A setting of a profile, of the credentials file or else of the configuration file; empty if it is in neither.
std::string profile_setting(const std::string& profile, const std::string& name);

}  // namespace coulis::s3
