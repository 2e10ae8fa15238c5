#include "job/output/part_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <nlohmann/json.hpp>
#include <string_view>

#include "core/base/error.hpp"
#include "job/tables/tables.hpp"

namespace coulis {
namespace {

using nlohmann::json;

constexpr std::string_view kSettings = "coulis.settings";
constexpr std::string_view kImages = "coulis.images";
constexpr std::string_view kFailures = "coulis.failures";
constexpr std::string_view kTurned = "coulis.turned";
constexpr std::string_view kFormats = "coulis.formats";

// Any bytes as ASCII and back: JSON holds text only, and a key may hold any bytes.
std::string escape(std::string_view raw) {
  std::string text;
  for (const char c : raw) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7F || c == '\\') {
      text += fmt::format("\\x{:02x}", byte);
    } else {
      text += c;
    }
  }
  return text;
}

std::string unescape(std::string_view text, const std::string& origin) {
  std::string raw;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      raw += text[i];
      continue;
    }
    unsigned byte = 0;
    const char* digits = text.data() + i + 2;
    if (i + 3 >= text.size() || text[i + 1] != 'x' || std::from_chars(digits, digits + 2, byte, 16).ptr != digits + 2) {
      throw Error(ErrorCode::kRunFailed, fmt::format("{}: a key in its metadata is malformed", origin),
                  "remove the file and run the same command again");
    }
    raw += static_cast<char>(byte);
    i += 3;
  }
  return raw;
}

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

std::string images_to_text(const std::vector<ImageRef>& images) {
  json list = json::array();
  for (const ImageRef& image : images) {
    json entry = {escape(image.key), image.size_bytes, image.mtime_ns};
    if (!image.etag.empty() || image.label) entry.push_back(escape(image.etag));
    if (image.label) entry.push_back(escape(*image.label));
    list.push_back(std::move(entry));
  }
  return list.dump();
}

std::vector<ImageRef> parse_images(const std::string& text, const std::string& origin) {
  std::vector<ImageRef> images;
  try {
    for (const json& image : json::parse(text)) {
      // get_ref, because get would wrap -1 and cast 1e300, which is undefined.
      images.push_back({unescape(image.at(0).get<std::string>(), origin), image.at(1).get_ref<const std::uint64_t&>(),
                        image.at(2).get_ref<const std::int64_t&>(),
                        image.size() > 3 ? unescape(image.at(3).get<std::string>(), origin) : ""});
      if (image.size() > 4) images.back().label = std::make_shared<const std::string>(unescape(image.at(4).get<std::string>(), origin));
    }
  } catch (const json::exception& e) {
    throw_malformed(origin, e);
  }
  return images;
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
