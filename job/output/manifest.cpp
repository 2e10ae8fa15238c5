#include "job/output/manifest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/error.hpp"
#include "job/output/manifest_json.hpp"

namespace coulis {
namespace {

using json = nlohmann::ordered_json;  // a manifest is read by people: the order is ours

constexpr int kFormat = 2;
constexpr const char* kSum = "sha256";
constexpr const char* kSumOfSums = "sha256_of_sums";

json to_json_value(const PassedOver& passed_over) {
  json value = json::object();
  for (std::size_t i = 0; i < kReasons; ++i) {
    const PassedOver::Count& count = passed_over.by_reason.at(i);
    if (count.files + count.folders == 0) continue;
    value[to_string(static_cast<Reason>(i))] = {{"files", count.files}, {"folders", count.folders}, {"example", count.example}};
  }
  return value;
}

PassedOver parse_passed_over(const json& value) {
  [[maybe_unused]] const auto& is_an_object = value.get_ref<const json::object_t&>();
  PassedOver passed_over;
  for (std::size_t i = 0; i < kReasons; ++i) {
    const auto found = value.find(to_string(static_cast<Reason>(i)));
    if (found == value.end()) continue;
    passed_over.by_reason.at(i) = {parse_natural(found->at("files")), parse_natural(found->at("folders")),
                                   found->at("example").get<std::string>()};
  }
  return passed_over;
}

}  // namespace

std::uint64_t parse_natural(const json& value) {
  return value.get_ref<const std::uint64_t&>();
}

json to_json_value(const ManifestFile& file) {
  return {{"file", file.key}, {"bytes", file.size_bytes}, {file.of_sums ? kSumOfSums : kSum, file.sha256}};
}

ManifestFile parse_manifest_file(const json& value) {
  const bool of_sums = value.contains(kSumOfSums);
  return {value.at("file").get<std::string>(), parse_natural(value.at("bytes")), value.at(of_sums ? kSumOfSums : kSum).get<std::string>(),
          of_sums};
}

// One text is a string, several are a list.
json to_json_value(const OptionTexts& options) {
  json object = json::object();
  for (const auto& [name, texts] : options) {
    json list = json::array();
    for (const std::string& text : texts) list.push_back(printable(text));
    object[name] = texts.size() == 1 ? list[0] : list;
  }
  return object;
}

OptionTexts parse_option_texts(const json& object) {
  OptionTexts options;
  for (const auto& [name, value] : object.get_ref<const json::object_t&>()) {
    const auto texts = value.is_string() ? std::vector{value.get<std::string>()} : value.get<std::vector<std::string>>();
    std::vector<std::string>& raw = options[name];
    for (const std::string& text : texts) raw.push_back(raw_name(text));
  }
  return options;
}

// Besides the options: a flag is true or false, everything else is text.
json to_json_value(const ManifestPca& pca) {
  json object = {
      {"k", pca.explained_variance_ratio.size()}, {"requested", pca.requested}, {"explained_variance_ratio", pca.explained_variance_ratio}};
  for (const auto& [name, text] : pca.projection) object[name] = text == "true" || text == "false" ? json(text == "true") : json(text);
  return object;
}

ManifestPca parse_manifest_pca(const json& object) {
  ManifestPca pca{object.at("requested").get<std::string>(), {}, object.at("explained_variance_ratio").get<std::vector<double>>()};
  for (const auto& [name, value] : object.items()) {
    if (name == "k" || name == "requested" || name == "explained_variance_ratio") continue;
    pca.projection[name] = value.is_boolean() ? (value.get<bool>() ? "true" : "false") : value.get<std::string>();
  }
  return pca;
}

std::uint64_t Manifest::failed() const {
  std::uint64_t sum = 0;
  for (const auto& [code, count] : failed_by_code) sum += count;
  return sum;
}

double Manifest::images_per_second_per_core() const {
  for (const auto& [stage, value] : seconds) {
    if (stage == "features" && value > 0 && threads > 0) return static_cast<double>(computed) / value / threads;
  }
  return 0;
}

std::string to_json(const Manifest& m) {
  json root;
  root["format"] = kFormat;
  root["coulis"] = m.coulis_version;
  root["input"] = m.input;
  root["model"] = {{"name", m.model_name}, {"sha256", m.model_sha256}, {"precision", m.precision}};
  root["settings"] = m.settings;
  root["listing"] = {
      {"images", m.listed}, {"bytes", m.listed_bytes}, {"hash", m.listing_hash}, {"passed_over", to_json_value(m.passed_over)}};
  root["counts"] = {{"listed", m.listed}, {"ok", m.ok}, {"failed", m.failed()}, {"failed_by_code", m.failed_by_code}};
  root["options"] = to_json_value(m.options);
  root["pca"] = to_json_value(m.pca);
  root["parts"] = to_json_value(m.parts.file);
  root["parts"].update({{"count", m.parts.count}, {"turned", m.parts.turned}, {"names", m.parts.names}});
  root["files"] = json::array();
  for (const ManifestFile& file : m.files) root["files"].push_back(to_json_value(file));
  json seconds = json::object();
  for (const auto& [stage, value] : m.seconds) seconds[stage] = value;
  root["last_run"] = {{"simd", m.simd},
                      {"threads", m.threads},
                      {"computed", m.computed},
                      {"images_per_second_per_core", m.images_per_second_per_core()},
                      {"share_of_peak", m.share_of_peak},
                      {"seconds", seconds}};
  return root.dump(1) + "\n";
}

std::string to_json(const PassedOver& passed_over) {
  return to_json_value(passed_over).dump();
}

Manifest parse_manifest(const std::string& text, const std::string& origin) {
  try {
    const json root = json::parse(text);
    if (root.at("format") != kFormat) {
      throw Error(ErrorCode::kRunFailed, fmt::format("{} was written by another version of coulis", origin),
                  "use --fresh, or another output folder");
    }
    Manifest m;
    m.coulis_version = root.at("coulis").get<std::string>();
    m.input = root.at("input").get<std::string>();
    m.model_name = root.at("model").at("name").get<std::string>();
    m.model_sha256 = root.at("model").at("sha256").get<std::string>();
    m.precision = root.at("model").at("precision").get<std::string>();
    m.settings = root.at("settings").get<std::string>();
    m.listed = parse_natural(root.at("listing").at("images"));
    m.listed_bytes = parse_natural(root.at("listing").at("bytes"));
    m.listing_hash = root.at("listing").at("hash").get<std::string>();
    m.passed_over = parse_passed_over(root.at("listing").value("passed_over", json::object()));  // absent in earlier versions
    m.ok = parse_natural(root.at("counts").at("ok"));
    for (const auto& [code, count] : root.at("counts").at("failed_by_code").get_ref<const json::object_t&>()) {
      m.failed_by_code[code] = parse_natural(count);
    }
    if (root.contains("options")) m.options = parse_option_texts(root["options"]);  // not in version 0.1.0
    m.pca = parse_manifest_pca(root.at("pca"));
    const json& parts = root.at("parts");
    m.parts = {parse_natural(parts.at("count")), parse_natural(parts.at("turned")), parts.at("names").get<std::string>(),
               parse_manifest_file(parts)};
    for (const json& file : root.at("files")) m.files.push_back(parse_manifest_file(file));
    const json& last_run = root.at("last_run");
    m.simd = last_run.at("simd").get<std::string>();
    m.threads = static_cast<int>(parse_natural(last_run.at("threads")));
    m.computed = parse_natural(last_run.value("computed", json(0U)));
    m.share_of_peak = last_run.value("share_of_peak", json(0.0)).get<double>();
    for (const auto& [stage, value] : last_run.at("seconds").items()) m.seconds.emplace_back(stage, value.get<double>());
    return m;
  } catch (const json::exception& e) {
    throw Error(ErrorCode::kRunFailed, fmt::format("{} is not a valid manifest: {}", origin, e.what()),
                "remove it and run the same command again");
  }
}

std::optional<Manifest> read_manifest(const Location& output) {
  if (!output.has(kManifestKey)) return std::nullopt;
  const Bytes bytes = output.get_or_throw(kManifestKey);
  return parse_manifest({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, printable(output.path_of(kManifestKey)));
}

std::string sum_of_names(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  Sha256 sum;
  for (const std::string& name : names) sum.update(std::as_bytes(std::span(name.c_str(), name.size() + 1)));
  return sum.hex();
}

std::string sum_of_sums(const std::vector<std::string>& sums) {
  Sha256 sum;
  for (const std::string& one : sums) sum.update(std::as_bytes(std::span(one)));
  return sum.hex();
}

ManifestFile describe_file(const std::string& key, std::span<const std::byte> bytes) {
  return {key, bytes.size(), sha256_of(bytes)};
}

}  // namespace coulis
