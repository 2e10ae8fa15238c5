#include "job/storage/s3/profile.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace coulis::s3 {
namespace {

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string setting_in(const std::string& path, const std::string& section, const std::string& name) {
  std::ifstream file(path);
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('[')) {
      inside = trimmed(line.substr(1, line.find(']') - 1)) == section;
      continue;
    }
    const std::size_t equals = line.find('=');
    const bool nested = line.starts_with(' ') || line.starts_with('\t');  // a setting of a sub-section, such as "s3 ="
    if (inside && !nested && equals != std::string::npos && trimmed(line.substr(0, equals)) == name)
      return trimmed(line.substr(equals + 1));
  }
  return "";
}

}  // namespace

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing here sets it
  return value == nullptr ? "" : value;
}

std::string first_of(std::initializer_list<std::string> values) {
  const auto* found = std::find_if(values.begin(), values.end(), [](const std::string& value) { return !value.empty(); });
  return found == values.end() ? "" : *found;
}

std::string profile_in_use() {
  return first_of({environment("AWS_PROFILE"), environment("AWS_DEFAULT_PROFILE"), "default"});
}

std::string profile_setting(const std::string& profile, const std::string& name) {
  const std::string folder = environment("HOME") + "/.aws/";
  const std::string credentials = first_of({environment("AWS_SHARED_CREDENTIALS_FILE"), folder + "credentials"});
  const std::string config = first_of({environment("AWS_CONFIG_FILE"), folder + "config"});
  const std::string bare = profile == "default" ? setting_in(config, profile, name) : "";  // it needs no "profile "
  return first_of({setting_in(credentials, profile, name), bare, setting_in(config, "profile " + profile, name)});
}

}  // namespace coulis::s3
