// The orders of docs/protocol.md, each a function from a frame to the result.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "cli/serve/connection.hpp"
#include "cli/serve/frame.hpp"
#include "job/options/options.hpp"
#include "job/rows/located_features.hpp"
#include "job/tasks/task_worker.hpp"

namespace coulis {

// A value that an order leaves for the next one, with the text from which it was made.
template <class T>
struct Kept {
  std::string made_of;
  std::optional<T> maybe_value;

  template <class Make>
  T& get(const std::string& from, const Make& make) {
    if (maybe_value && made_of == from) return *maybe_value;
    maybe_value.reset();
    maybe_value.emplace(make());
    made_of = from;
    return *maybe_value;
  }
};

struct Served {
  Connection& client;
  Kept<LoadedModel> model;
  Kept<Location> place;
  Kept<TaskWorker> worker;
};

// Throw Error, or json::exception for a field that is missing or of the wrong type.
Frame serve_run(const Frame& order, Served& served);
Frame serve_pack(const Frame& order, Served& served);
Frame serve_featurize(const Frame& order, Served& served);
Frame serve_list(const Frame& order, Served& served);
Frame serve_size(const Frame& order, Served& served);
Frame serve_read(const Frame& order, Served& served);
Frame serve_work(const Frame& order, Served& served);
Frame serve_try(const Frame& order, Served& served);
Frame serve_merge(const Frame& order, Served& served);

void send_message(Connection& client, const char* level, const std::string& sentence);  // level: Python's name of a log level
std::string input_in(const Header& header);
std::string name_in(const Header& header, const char* field);  // raw bytes; "" if absent

// The field "options". Throws Error(kUsage) for options that are not `known`.
OptionTexts read_options(const Header& header, const std::set<std::string>& known, const std::string& verb);

template <class Options>
OptionTexts texts_in(const Header& header, const Options& options, const std::string& verb) {
  std::set<std::string> known;
  const auto add = [&](const Field& field, const auto&) { known.insert(field.name); };
  visit_threads(options.threads, add);
  visit_fields(options, add);
  return read_options(header, known, verb);
}

// The fields "input", "output" and "options". Throws Error(kUsage) for an unknown option or a bad value.
RunOptions options_in(const Header& header, const Connection& client, RunOptions start = {});

}  // namespace coulis
