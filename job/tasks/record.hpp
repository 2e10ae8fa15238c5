// A record: the bytes sent to a task or returned by one. A line of JSON with named fields, then a payload of any bytes.
#pragma once

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/base/error.hpp"

namespace coulis {

struct Record {
  nlohmann::ordered_json fields;
  std::string_view payload;  // points into the bytes that were read
};

inline constexpr const char* kSameVersion = "install the same version of coulis on all machines";

// kind: "features order", "features result", "error", ...
std::string write_record(std::string_view kind, const nlohmann::ordered_json& fields, std::string_view payload = "");

Record open_record(std::string_view bytes);  // throws Error(kRunFailed) for bytes that write_record() of this version did not write
std::string kind_of(const Record& record);

// Returns what `read` makes from a record of this kind. Throws
// Error(kRunFailed) for another kind, or if a field is missing.
template <class Read>
auto read_record(std::string_view bytes, std::string_view kind, Read read) {
  const Record record = open_record(bytes);
  if (kind_of(record) != kind) throw Error(ErrorCode::kRunFailed, fmt::format("a {} was expected, not a {}", kind, kind_of(record)));
  try {
    return read(record);
  } catch (const nlohmann::json::exception& e) {
    throw Error(ErrorCode::kRunFailed, fmt::format("a {} is malformed: {}", kind, e.what()), kSameVersion);
  }
}

}  // namespace coulis
