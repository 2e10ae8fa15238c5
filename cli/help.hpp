// How --help looks: "--flag VALUE  what it is for (default: x)".
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

namespace coulis {

class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter();
  std::string make_option_opts(const CLI::Option* option) const override;
  std::string make_option_desc(const CLI::Option* option) const override;
};

}  // namespace coulis
