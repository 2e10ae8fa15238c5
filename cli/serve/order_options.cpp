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

OptionTexts texts_in(const Header& options) {
  std::set<std::string> known;
  const RunOptions defaults;
  visit_fields(defaults, [&](const Field& field, const auto&) { known.insert(field.name); });
  OptionTexts texts;
  for (const auto& [name, value] : options.items()) {
    if (!known.contains(name)) {
      throw Error(ErrorCode::kUsage, fmt::format("there is no option '{}'", printable(name)),
                  "the options are the flags of `coulis run --help`");
    }
    std::vector<std::string>& of_one = texts[name];
    if (!value.is_array()) of_one.push_back(to_option_text(value));
    if (value.is_array()) {
      for (const Header& one : value) of_one.push_back(to_option_text(one));
    }
  }
  return texts;
}

}  // namespace

void send_message(Connection& client, const char* level, const std::string& sentence) {
  client.send({{"answer", "message"}, {"level", level}, {"text", printable_sentence(sentence)}});
}

std::string name_in(const Header& header, const char* field) {
  return header.contains(field) && !header[field].is_null() ? raw_name(header[field].get<std::string>()) : "";
}

RunOptions options_in(const Header& header, const Connection& client, RunOptions start) {
  if (header.contains("options")) set_options(texts_in(header["options"]), start);
  start.input = name_in(header, "input");
  if (start.input == "-")
    throw Error(ErrorCode::kUsage, "the list cannot come from stdin here: it carries the orders", "write it to a file");
  start.output = name_in(header, "output");
  start.storage.maybe_interrupted = &client.interrupted();
  validate(start);
  return start;
}

}  // namespace coulis
