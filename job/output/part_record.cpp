#include "job/output/part_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "core/base/error.hpp"
#include "job/output/image_text.hpp"
#include "job/tables/tables.hpp"

namespace coulis {
namespace {

using nlohmann::json;

constexpr std::string_view kSettings = "coulis.settings";
constexpr std::string_view kImages = "coulis.images";
constexpr std::string_view kFailures = "coulis.failures";
constexpr std::string_view kTurned = "coulis.turned";
constexpr std::string_view kFormats = "coulis.formats";

const std::string& value_of(const std::vector<std::pair<std::string, std::string>>& metadata, std::string_view key,
                            const std::string& origin) {
  for (const auto& [name, value] : metadata) {
    if (name == key) return value;
  }
  throw Error(ErrorCode::kRunFailed, fmt::format("{} is not a part file of coulis: it has no '{}'", origin, key),
              "remove the file and run the same command again");
}

[[noreturn]] void throw_malformed(const std::string& origin, const json::exception& e) {
  throw Error(ErrorCode::kRunFailed, fmt::format("{}: its metadata is malformed: {}", origin, e.what()),
              "remove the file and run the same command again");
}

}  // namespace

std::vector<ImageRef> images_with_rows(PartRecord record) {
  std::vector<ImageRef> images;
  std::size_t failure = 0;
  for (std::size_t i = 0; i < record.images.size(); ++i) {
    if (failure < record.failures.size() && record.failures[failure].index == i) {
      ++failure;
    } else {
      images.push_back(std::move(record.images[i]));
    }
  }
  return images;
}

std::size_t count_failures(const PartRecord& record, FailureCode code) {
  const std::string_view name = to_string(code);
  return static_cast<std::size_t>(
      std::count_if(record.failures.begin(), record.failures.end(), [&](const FailedImage& failure) { return failure.code == name; }));
}

std::vector<std::pair<std::string, std::string>> to_metadata(const PartRecord& record) {
  json failures = json::array();
  for (const FailedImage& failure : record.failures) {
    failures.push_back({failure.index, failure.stage, failure.code, printable_sentence(failure.message)});
  }
  std::vector<std::pair<std::string, std::string>> metadata = {{std::string(kSettings), record.settings},
                                                               {std::string(kImages), images_to_text(record.images)},
                                                               {std::string(kFailures), failures.dump()}};
  if (record.turned > 0) metadata.emplace_back(kTurned, std::to_string(record.turned));
  if (count_failures(record, FailureCode::kUnsupported) > 0) metadata.emplace_back(kFormats, record.formats);
  return metadata;
}

std::vector<std::pair<std::string, std::string>> provenance_in(std::vector<std::pair<std::string, std::string>> metadata) {
  std::erase_if(metadata, [](const auto& pair) {
    return !pair.first.starts_with("coulis.") || pair.first == kImages || pair.first == kFailures || pair.first == kTurned ||
           pair.first == kFormats;
  });
  return metadata;
}

PartRecord parse_part_record(const std::vector<std::pair<std::string, std::string>>& metadata, const std::string& origin) {
  PartRecord record;
  record.settings = value_of(metadata, kSettings, origin);
  record.images = parse_images(value_of(metadata, kImages, origin), origin);
  try {
    for (const auto& [name, value] : metadata) {  // absent in older files, and where there is nothing to record
      if (name == kTurned) record.turned = json::parse(value).get_ref<const std::uint64_t&>();
      if (name == kFormats) record.formats = value;
    }
    for (const json& failure : json::parse(value_of(metadata, kFailures, origin))) {
      record.failures.push_back({failure.at(0).get_ref<const std::uint64_t&>(), failure.at(1).get<std::string>(),
                                 failure.at(2).get<std::string>(), failure.at(3).get<std::string>()});
      if (record.failures.back().index >= record.images.size())
        throw Error(ErrorCode::kRunFailed, fmt::format("{}: a failure names no image", origin));
    }
  } catch (const json::exception& e) {
    throw_malformed(origin, e);
  }
  return record;
}

PartRecord read_part_record(const Location& output, const std::string& key, std::uint64_t size_bytes) {
  constexpr std::uint64_t kMostly = 256 << 10;  // the record of 1,024 photos takes about 100 KB
  const std::string origin = printable(output.path_of(key));
  if (size_bytes <= kMostly) return parse_part_record(read_table_metadata(output.get_or_throw(key), origin), origin);
  Bytes end = output.get_range(key, size_bytes - kMostly, kMostly);
  const std::uint64_t footer_bytes = size_of_footer(end, origin);
  if (footer_bytes > end.size()) end = output.get_range(key, size_bytes - std::min(size_bytes, footer_bytes), footer_bytes);
  return parse_part_record(read_table_metadata(end, origin), origin);
}

}  // namespace coulis
