#include <fmt/format.h>

#include <set>
#include <utility>
#include <vector>

#include "cli/serve/orders.hpp"
#include "core/base/error.hpp"

namespace coulis {
namespace {

std::string to_option_text(const Header& value) {
  return value.is_string() ? raw_name(value.get<std::string>()) : value.dump();
}

}  // namespace

OptionTexts read_options(const Header& header, const std::set<std::string>& known, const std::string& verb) {
  OptionTexts texts;
  if (!header.contains("options")) return texts;
  for (const auto& [name, value] : header["options"].items()) {
    if (!known.contains(name)) {
      throw Error(ErrorCode::kUsage, fmt::format("there is no option '{}'", printable(name)),
                  fmt::format("the options are the flags of `{} --help`", verb));
    }
    std::vector<std::string>& of_one = texts[name];
    if (!value.is_array()) of_one.push_back(to_option_text(value));
    if (value.is_array()) {
      for (const Header& one : value) of_one.push_back(to_option_text(one));
    }
  }
  return texts;
}

void send_message(Connection& client, const char* level, const std::string& sentence) {
  client.send({{"answer", "message"}, {"level", level}, {"text", printable_sentence(sentence)}});
}

std::string name_in(const Header& header, const char* field) {
  return header.contains(field) && !header[field].is_null() ? raw_name(header[field].get<std::string>()) : "";
}

std::string input_in(const Header& header) {
  std::string input = name_in(header, "input");
  if (input != "-") return input;
  throw Error(ErrorCode::kUsage, "the list cannot come from stdin, which carries the orders here", "write the list to a file");
}

RunOptions options_in(const Header& header, const Connection& client, RunOptions start) {
  set_options(texts_in(header, start, "coulis run"), start);
  start.input = input_in(header);
  start.output = name_in(header, "output");
  start.storage.maybe_interrupted = &client.interrupted();
  validate(start);
  return start;
}

}  // namespace coulis
