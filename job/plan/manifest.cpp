#include "job/plan/manifest.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <nlohmann/json.hpp>

#include "core/base/error.hpp"

namespace coulis {
namespace {

using json = nlohmann::ordered_json;  // a manifest is read by people: the order is ours

constexpr int kFormat = 1;

json to_json_value(const ManifestFile& file) {
  return {{"file", file.key}, {"bytes", file.size_bytes}, {"sha256", file.sha256}};
}

// As it is: get<std::uint64_t>() would wrap -1, and casting 1e300 is undefined.
std::uint64_t parse_natural(const json& value) {
  return value.get_ref<const std::uint64_t&>();
}

ManifestFile parse_file(const json& value) {
  return {value.at("file").get<std::string>(), parse_natural(value.at("bytes")), value.at("sha256").get<std::string>()};
}

json to_json_value(const ManifestPart& part) {
  return {{"number", part.number}, {"fingerprint", part.fingerprint},          {"listed", part.listed},         {"ok", part.ok},
          {"failed", part.failed}, {"features", to_json_value(part.features)}, {"pca", to_json_value(part.pca)}};
}

ManifestPart parse_part(const json& value) {
  return {parse_natural(value.at("number")), value.at("fingerprint").get<std::string>(), parse_natural(value.at("listed")),
          parse_natural(value.at("ok")),     parse_natural(value.at("failed")),          parse_file(value.at("features")),
          parse_file(value.at("pca"))};
}

char parse_separator(const json& value, const std::string& origin) {
  const auto text = value.get<std::string>();
  if (text.size() != 1) {
    throw Error(ErrorCode::kRunFailed, fmt::format("{} is not a valid manifest: its csv_separator is not one character", origin),
                "remove it and run the same command again");
  }
  return text[0];
}

}  // namespace

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
  root["listing"] = {{"images", m.listed}, {"bytes", m.listed_bytes}, {"hash", m.listing_hash}};
  root["counts"] = {{"listed", m.listed}, {"ok", m.ok}, {"failed", m.failed()}, {"failed_by_code", m.failed_by_code}};
  root["csv_separator"] = std::string(1, m.csv_separator);
  root["csv_formulas"] = m.csv_formulas;
  root["csv_bom"] = m.csv_bom;
  root["pca"] = {{"k", m.pca.explained_variance_ratio.size()},
                 {"requested", m.pca.requested},
                 {"convention", m.pca.convention},
                 {"explained_variance_ratio", m.pca.explained_variance_ratio}};
  root["parts"] = json::array();
  for (const ManifestPart& part : m.parts) root["parts"].push_back(to_json_value(part));
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
    m.ok = parse_natural(root.at("counts").at("ok"));
    for (const auto& [code, count] : root.at("counts").at("failed_by_code").get_ref<const json::object_t&>()) {
      m.failed_by_code[code] = parse_natural(count);
    }
    m.csv_separator = parse_separator(root.at("csv_separator"), origin);
    m.csv_formulas = root.at("csv_formulas").get<std::string>();
    m.csv_bom = root.value("csv_bom", json(false)).get<bool>();
    m.pca = {root.at("pca").at("requested").get<std::string>(), root.at("pca").at("convention").get<std::string>(),
             root.at("pca").at("explained_variance_ratio").get<std::vector<double>>()};
    for (const json& part : root.at("parts")) m.parts.push_back(parse_part(part));
    for (const json& file : root.at("files")) m.files.push_back(parse_file(file));
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

struct Sha256::State {
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context{EVP_MD_CTX_new(), EVP_MD_CTX_free};
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  if (!state_->context || EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr) != 1) {
    throw Error(ErrorCode::kRunFailed, "OpenSSL cannot compute a SHA-256 sum", "check the OpenSSL installation");
  }
}

Sha256::~Sha256() = default;

void Sha256::update(std::span<const std::byte> bytes) {
  EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size());
}

std::string Sha256::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  EVP_DigestFinal_ex(state_->context.get(), digest.data(), &length);
  std::string text;
  for (unsigned i = 0; i < length; ++i) text += fmt::format("{:02x}", digest[i]);
  return text;
}

std::string sha256_of(std::span<const std::byte> bytes) {
  Sha256 sum;
  sum.update(bytes);
  return sum.hex();
}

ManifestFile describe_file(const std::string& key, std::span<const std::byte> bytes) {
  return {key, bytes.size(), sha256_of(bytes)};
}

}  // namespace coulis
