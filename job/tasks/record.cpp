#include "job/tasks/record.hpp"

#include <algorithm>
#include <utility>

namespace coulis {
namespace {

using json = nlohmann::ordered_json;

constexpr int kFormat = 2;  // change it by hand when the fields change

}  // namespace

std::string write_record(std::string_view kind, const json& fields, std::string_view payload) {
  json whole = {{"kind", kind}, {"format", kFormat}};
  whole.update(fields);
  std::string bytes = whole.dump(-1, ' ', false, json::error_handler_t::replace);
  bytes += '\n';
  return bytes.append(payload);
}

Record open_record(std::string_view bytes) {
  const std::size_t end = std::min(bytes.find('\n'), bytes.size());
  json fields = json::parse(bytes.substr(0, end), nullptr, false);
  if (!fields.is_object() || fields.value("format", json()) != kFormat || !fields.value("kind", json()).is_string()) {
    throw Error(ErrorCode::kRunFailed, "an order or a result of a task is from another version of coulis", kSameVersion);
  }
  return {std::move(fields), bytes.substr(std::min(end + 1, bytes.size()))};
}

std::string kind_of(const Record& record) {
  return record.fields["kind"].get<std::string>();
}

}  // namespace coulis
