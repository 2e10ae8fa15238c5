#include "job/tasks/results.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <span>
#include <utility>

#include "core/moments/moments_bytes.hpp"
#include "core/moments/moments_tree.hpp"
#include "job/output/manifest_json.hpp"
#include "job/tasks/record.hpp"
#include "job/tasks/sample_bytes.hpp"

namespace coulis {
namespace {

using json = nlohmann::ordered_json;

constexpr std::string_view kFeaturesResult = "features result";
constexpr std::string_view kMomentsResult = "moments result";
constexpr std::string_view kProjectionResult = "projection result";
constexpr std::string_view kTablesResult = "tables result";
constexpr std::string_view kError = "error";
constexpr std::uint64_t kSiblings = 32;  // as MomentsTree has them
constexpr std::size_t kMostLevels = 13;  // 32^13 is more than 2^64

json to_json_value(const CommittedPart& part) {
  json errors = json::array();
  for (const ErrorRow& row : part.errors) {
    errors.push_back(
        {{"path", row.path}, {"stage", row.stage}, {"code", row.code}, {"message", row.message}, {"size_bytes", row.size_bytes}});
  }
  return {{"entry", coulis::to_json_value(part.entry)}, {"errors", errors}};
}

CommittedPart parse_committed_part(const json& value) {
  CommittedPart part{parse_manifest_part(value.at("entry")), {}, {}};
  for (const json& row : value.at("errors")) {
    part.errors.push_back({row.at("path").get<std::string>(), row.at("stage").get<std::string>(), row.at("code").get<std::string>(),
                           row.at("message").get<std::string>(), parse_natural(row.at("size_bytes"))});
  }
  return part;
}

// Of the tree, 0 for a part. A node whose only child is another has the same sum: the lower level does for both.
std::size_t level_of(const MomentsResult& result) {
  std::size_t level = 0;
  const auto above = [&](std::uint64_t part) {
    for (std::size_t i = 0; i < level; ++i) part /= kSiblings;
    return part;
  };
  const auto fits = [&](const CommittedPart& part) { return above(part.entry.number) == result.node; };
  while (level <= kMostLevels && !std::all_of(result.parts.begin(), result.parts.end(), fits)) ++level;
  return level;
}

// As read_record(), but throws the error if the record is a TaskError.
template <class Read>
auto read_result(std::string_view bytes, std::string_view kind, Read read) {
  if (const std::optional<TaskError> error = maybe_error(bytes)) throw Error(error->code, describe(*error), error->remedy);
  return read_record(bytes, kind, read);
}

}  // namespace

std::string to_bytes(const FeaturesResult& result) {
  const StageSeconds& all = result.seconds;  // without moments, which tasks of features do not compute
  const json seconds = {{"read", all.read},
                        {"decode", all.photo.decode},
                        {"resample", all.photo.resample},
                        {"network", all.photo.network},
                        {"write", all.write}};
  const json time = {
      {"machine", result.time.machine}, {"begin_s", result.time.begin_s}, {"end_s", result.time.end_s}, {"threads", result.time.threads}};
  return write_record(kFeaturesResult, {{"part", result.part}, {"seconds", seconds}, {"time", time}});
}

std::string to_bytes(const MomentsResult& result) {
  json parts = json::array();
  for (const CommittedPart& part : result.parts) parts.push_back(to_json_value(part));
  const std::vector<std::byte> moments = to_bytes(result.moments);
  return write_record(kMomentsResult, {{"node", result.node}, {"parts", parts}},
                      {reinterpret_cast<const char*>(moments.data()), moments.size()});
}

std::string to_bytes(const ProjectionResult& result) {
  json parts = json::array();
  std::string payload;
  for (const auto& [part, projected] : result.parts) {
    json sample = write_sample(projected.sample, payload);
    parts.push_back({{"part", part},
                     {"file", coulis::to_json_value(projected.file)},
                     {"csv", coulis::to_json_value(projected.csv.file)},
                     {"sample", std::move(sample)}});
  }
  return write_record(kProjectionResult, {{"parts", parts}}, payload);
}

std::string to_bytes(const TablesResult& result) {
  return write_record(kTablesResult, {{"piece", result.piece}, {"receipt", result.receipt}});
}

std::string to_bytes(const TaskError& error) {
  return write_record(kError, {{"stage", to_string(error.stage)},
                               {"part", error.part},
                               {"worker", error.worker},
                               {"code", static_cast<int>(error.code)},
                               {"message", error.message},
                               {"remedy", error.remedy}});
}

FeaturesResult parse_features_result(std::string_view bytes) {
  return read_result(bytes, kFeaturesResult, [](const Record& record) {
    const json& seconds = record.fields.at("seconds");
    const json& time = record.fields.at("time");
    FeaturesResult result;
    result.part = parse_natural(record.fields.at("part"));
    result.seconds.read = seconds.at("read").get<double>();
    result.seconds.photo = {seconds.at("decode").get<double>(), seconds.at("resample").get<double>(), seconds.at("network").get<double>()};
    result.seconds.write = seconds.at("write").get<double>();
    result.time = {time.at("machine").get<std::string>(), time.at("begin_s").get<double>(), time.at("end_s").get<double>(),
                   time.at("threads").get<int>()};
    return result;
  });
}

MomentsResult parse_moments_result(std::string_view bytes) {
  return read_result(bytes, kMomentsResult, [](const Record& record) {
    MomentsResult result{parse_natural(record.fields.at("node")), {}, parse_moments(std::as_bytes(std::span(record.payload)))};
    for (const json& part : record.fields.at("parts")) result.parts.push_back(parse_committed_part(part));
    return result;
  });
}

ProjectionResult parse_projection_result(std::string_view bytes) {
  return read_result(bytes, kProjectionResult, [](const Record& record) {
    ProjectionResult result;
    std::string_view payload = record.payload;
    for (const json& value : record.fields.at("parts")) {
      ProjectedPart projected{
          parse_manifest_file(value.at("file")), read_sample(value.at("sample"), payload), {parse_manifest_file(value.at("csv")), ""}};
      result.parts.push_back({parse_natural(value.at("part")), std::move(projected)});
    }
    return result;
  });
}

TablesResult parse_tables_result(std::string_view bytes) {
  return read_result(bytes, kTablesResult, [](const Record& record) {
    return TablesResult{parse_natural(record.fields.at("piece")), record.fields.at("receipt").get<std::string>()};
  });
}

std::optional<TaskError> maybe_error(std::string_view result) {
  if (kind_of(open_record(result)) != kError) return std::nullopt;
  return read_record(result, kError, [](const Record& record) {
    const json& fields = record.fields;
    return TaskError{parse_enum<TaskKind>(fields.at("stage").get<std::string>()),
                     parse_natural(fields.at("part")),
                     fields.at("worker").get<std::string>(),
                     static_cast<ErrorCode>(fields.at("code").get<int>()),
                     fields.at("message").get<std::string>(),
                     fields.at("remedy").get<std::string>()};
  });
}

std::string describe(const TaskError& error) {
  return fmt::format("part {} failed on worker {}: {}", error.part, error.worker, error.message);
}

TaskError make_task_error(const OrderName& order, ErrorCode code, const std::string& message, const std::string& remedy) {
  return {order.kind, order.first_part, machine_name(), code, message, remedy.empty() ? "see the log of this worker" : remedy};
}

std::string machine_name() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

MomentsSum::MomentsSum(const std::vector<PartFile>& files) : numbers_(numbers_of(files)), tree_(numbers_), parts_(files.size()) {}

void MomentsSum::add(MomentsResult result) {
  tree_.add(result.node, std::exchange(result.moments, {}), level_of(result));
  for (CommittedPart& part : result.parts) {
    const auto found = std::lower_bound(numbers_.begin(), numbers_.end(), part.entry.number);
    if (found == numbers_.end() || *found != part.entry.number) throw Error(ErrorCode::kRunFailed, "a result has parts of another run");
    parts_[static_cast<std::size_t>(found - numbers_.begin())] = std::move(part);
  }
}

Committed MomentsSum::take() && {
  for (std::size_t i = 0; i < parts_.size(); ++i) require_part(parts_[i].entry.listed != 0, numbers_[i], TaskKind::kMoments);
  return gather(std::move(parts_), std::move(tree_).root());
}

void require_part(bool found, std::uint64_t part, TaskKind kind) {
  if (found) return;
  throw Error(ErrorCode::kRunFailed, fmt::format("no task has given a result for part {} ({})", part, to_string(kind)),
              "run the same call again: it resumes where this one stopped");
}

void add_sibling(std::optional<MomentsResult>& parent, MomentsResult sibling) {
  const std::uint64_t number = sibling.node / kSiblings;
  if (!parent) parent = MomentsResult{number, {}, {}};
  const bool in_order =
      parent->parts.empty() || sibling.parts.empty() || parent->parts.back().entry.number < sibling.parts.front().entry.number;
  if (parent->node != number || !in_order) throw Error(ErrorCode::kRunFailed, "the moments to merge are not neighbours in their tree");
  parent->moments = merge(std::move(parent->moments), sibling.moments);
  std::move(sibling.parts.begin(), sibling.parts.end(), std::back_inserter(parent->parts));
}

int cores_at_work(const std::vector<TaskTime>& times) {
  std::map<std::string, std::vector<std::pair<double, int>>> changes;  // of the cores at work, by machine
  for (const TaskTime& time : times) {
    changes[time.machine].emplace_back(time.begin_s, time.threads);
    changes[time.machine].emplace_back(time.end_s, -time.threads);
  }
  int cores = 0;
  for (auto& [machine, of_machine] : changes) {
    std::sort(of_machine.begin(), of_machine.end());  // at the same moment, an end comes before a start
    int at_once = 0;
    int most = 0;
    for (const auto& [moment, change] : of_machine) most = std::max(most, at_once += change);
    cores += most;
  }
  return cores;
}

}  // namespace coulis
