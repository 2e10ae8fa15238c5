#include "job/output/manifest_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>
#include <utility>

#include "core/base/error.hpp"
#include "job/output/manifest_json.hpp"
#include "job/output/ranges.hpp"

namespace coulis {
namespace {

using json = nlohmann::ordered_json;

std::vector<std::string> names_of(const std::vector<ManifestPart>& parts) {
  std::vector<std::string> names;
  for (const ManifestPart& part : parts) {
    names.push_back(part.pca.key);
    if (part.maybe_csv && part.maybe_csv->key != kMatrixKey) names.push_back(part.maybe_csv->key);
  }
  return names;
}

}  // namespace

json to_json_value(const ManifestPart& part) {
  json value = {{"number", part.number}, {"fingerprint", part.fingerprint},          {"listed", part.listed},         {"ok", part.ok},
                {"failed", part.failed}, {"features", to_json_value(part.features)}, {"pca", to_json_value(part.pca)}};
  if (part.turned > 0) value["turned"] = part.turned;
  if (part.maybe_thumbnails) value["thumbnails"] = to_json_value(*part.maybe_thumbnails);
  if (part.maybe_csv) value["csv"] = to_json_value(*part.maybe_csv);
  if (!part.sampled.empty()) value["sampled"] = to_ranges(part.sampled);
  return value;
}

ManifestPart parse_manifest_part(const json& value) {
  ManifestPart part{parse_natural(value.at("number")),   value.at("fingerprint").get<std::string>(),
                    parse_natural(value.at("listed")),   parse_natural(value.at("ok")),
                    parse_natural(value.at("failed")),   parse_manifest_file(value.at("features")),
                    parse_manifest_file(value.at("pca"))};
  if (value.contains("turned")) part.turned = parse_natural(value["turned"]);
  if (value.contains("thumbnails")) part.maybe_thumbnails = parse_manifest_file(value["thumbnails"]);
  if (value.contains("csv")) part.maybe_csv = parse_manifest_file(value["csv"]);
  part.sampled = parse_sampled(value, part.listed);
  return part;
}

std::vector<std::uint32_t> parse_sampled(const json& part, std::uint64_t listed) {
  if (!part.contains("sampled")) return {};
  auto maybe_sampled = parse_ranges(part["sampled"].get_ref<const std::string&>(), listed);
  if (!maybe_sampled) throw json::other_error::create(501, "'sampled' of a part names none of its photos", nullptr);
  return std::move(*maybe_sampled);
}

std::string to_lines(const std::vector<ManifestPart>& parts) {
  std::string lines;
  for (const ManifestPart& part : parts) lines += to_json_value(part).dump() + "\n";
  return lines;
}

std::vector<ManifestPart> parse_parts(std::string_view lines, const std::string& origin) {
  std::vector<ManifestPart> parts;
  try {
    while (!lines.empty()) {
      const std::size_t end = std::min(lines.find('\n'), lines.size() - 1);
      parts.push_back(parse_manifest_part(json::parse(lines.substr(0, end + 1))));
      lines.remove_prefix(end + 1);
    }
  } catch (const json::exception& e) {
    throw Error(ErrorCode::kRunFailed, fmt::format("line {} of {} is not a part: {}", parts.size() + 1, origin, e.what()),
                "run the same `coulis run` command again");
  }
  return parts;
}

void put_parts(const Location& output, const std::vector<ManifestPart>& parts, Manifest& manifest) {
  const std::string lines = to_lines(parts);
  std::uint64_t turned = 0;
  for (const ManifestPart& part : parts) turned += part.turned;
  const auto bytes = std::as_bytes(std::span(lines));
  output.put(kPartsKey, bytes);
  manifest.parts = {parts.size(), turned, sum_of_names(names_of(parts)), describe_file(kPartsKey, bytes)};
}

std::optional<std::vector<ManifestPart>> find_parts(const Location& output, const Manifest& manifest) {
  if (!output.has(kPartsKey)) return std::nullopt;
  const Bytes bytes = output.get_or_throw(kPartsKey);
  if (sha256_of(bytes) != manifest.parts.file.sha256) return std::nullopt;
  return parse_parts({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, printable(output.path_of(kPartsKey)));
}

std::vector<ManifestPart> read_parts(const Location& output, const Manifest& manifest) {
  auto maybe_parts = find_parts(output, manifest);
  if (maybe_parts) return std::move(*maybe_parts);
  throw Error(ErrorCode::kRunFailed,
              fmt::format("{} is missing, or is not the file that {} describes", printable(output.path_of(kPartsKey)), kManifestKey),
              "run the same `coulis run` command again");
}

}  // namespace coulis
