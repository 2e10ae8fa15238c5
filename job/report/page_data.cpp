#include "job/report/page_data.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "job/output/turned.hpp"

namespace coulis {
namespace {

using json = nlohmann::ordered_json;

constexpr std::size_t kFailuresOfOneKind = 100;
constexpr std::size_t kMaxPathBytes = 200;
constexpr int kCoordinateSteps = 9999;
constexpr double kDistanceSteps = 1000;  // of the typical distance

std::string dump(const json& value) {
  const std::string text = value.dump(-1, ' ', true, json::error_handler_t::replace);
  std::string safe;
  safe.reserve(text.size());
  std::size_t begin = 0;
  for (std::size_t at = text.find('<'); at != std::string::npos; at = text.find('<', begin)) {
    safe.append(text, begin, at - begin).append("\\u003c");
    begin = at + 1;
  }
  safe.append(text, begin);
  return safe;
}

// Keeps the end of a long path, which distinguishes photos.
std::string abbreviate(const std::string& path) {
  if (path.size() <= kMaxPathBytes) return path;
  std::size_t begin = path.size() - kMaxPathBytes;
  while ((static_cast<unsigned char>(path[begin]) & 0xC0) == 0x80) ++begin;  // do not cut a UTF-8 character
  return "\u2026" + path.substr(begin);
}

double round_to(double value, double steps) {
  return std::isfinite(value) ? std::round(value * steps) / steps : 0;
}

json share(double value) {
  return std::isnan(value) ? json(nullptr) : json(round_to(value, 1e6));
}

json describe_labels(const Figures& figures) {
  std::vector<std::uint64_t> sampled(figures.labels.size(), 0);
  for (const std::uint32_t label : figures.photo_labels) ++sampled[label];
  json names = json::array();
  json photos = json::array();
  json shown = json::array();
  for (std::size_t i = 0; i < figures.labels.size(); ++i) {
    names.push_back(abbreviate(figures.labels[i].name));
    photos.push_back(figures.labels[i].photos);
    shown.push_back(sampled[i]);
  }
  return {{"names", names},
          {"photos", photos},
          {"sampled", shown},
          {"more", figures.more_labels},
          {"photos_of_more", figures.photos_of_more_labels}};
}

// One component of all photos, as whole steps from its smallest to its largest value.
json describe_axis(const Figures& figures, std::size_t component) {
  std::vector<float> values;
  for (std::size_t i = component; i < figures.coordinates.size(); i += figures.components) values.push_back(figures.coordinates[i]);
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const double range = static_cast<double>(*high) - static_cast<double>(*low);
  json steps = json::array();
  for (const float value : values) {
    const double part = range > 0 ? (static_cast<double>(value) - static_cast<double>(*low)) / range : 0;
    steps.push_back(static_cast<int>(std::lround(part * kCoordinateSteps)));
  }
  return {{"low", *low}, {"high", *high}, {"steps", steps}};
}

json describe_photos(const Figures& figures) {
  json paths = json::array();
  for (const std::string& path : figures.paths) paths.push_back(abbreviate(path));
  json axes = json::array();
  for (std::size_t component = 0; component < figures.components; ++component) axes.push_back(describe_axis(figures, component));
  json nearest = json::array();
  json distances = json::array();
  for (const Neighbour& neighbour : figures.neighbours.nearest) {
    nearest.push_back(neighbour.row);
    const double part = figures.typical_distance > 0 ? static_cast<double>(neighbour.distance) / figures.typical_distance : 0;
    distances.push_back(std::lround(part * kDistanceSteps));
  }
  return {{"paths", std::move(paths)},        {"labels", figures.photo_labels},         {"coordinate_steps", kCoordinateSteps},
          {"axes", std::move(axes)},          {"neighbours", figures.neighbours.count}, {"nearest", std::move(nearest)},
          {"distances", std::move(distances)}};
}

json describe_pairs(const std::vector<PhotoPair>& pairs, double typical_distance) {
  json result = json::array();
  for (const PhotoPair& pair : pairs) {
    const double part = typical_distance > 0 ? static_cast<double>(pair.distance) / typical_distance : 0;
    result.push_back({pair.a, pair.b, round_to(part, 1e6)});
  }
  return result;
}

json describe_likeness_of(const Figures& figures) {
  json agreement = json::array();
  for (const AgreementAt& at : figures.agreement) agreement.push_back({at.width, share(at.share)});
  json confused = json::array();
  for (const ConfusedLabels& pair : figures.confused) {
    confused.push_back({{"labels", {pair.a, pair.b}},
                        {"photos", pair.photos},
                        {"of", pair.of},
                        {"examples", describe_pairs(pair.examples, figures.typical_distance)}});
  }
  json lonely = json::array();
  for (const Outlier& outlier : figures.outliers) {
    lonely.push_back({outlier.photo, round_to(figures.usual_distance > 0 ? outlier.distance / figures.usual_distance : 1, 1e3)});
  }
  return {{"agreement", agreement},
          {"by_chance", share(figures.agreement_by_chance)},
          {"confused", confused},
          {"twins", describe_pairs(figures.twins, figures.typical_distance)},
          {"twins_found", figures.twins_found},
          {"outliers", lonely}};
}

std::string to_base64(const std::vector<std::byte>& bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL ends it with a NUL
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), reinterpret_cast<const unsigned char*>(bytes.data()),
                                     static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

json describe_thumbnails(const Figures& figures) {
  json sheets = json::array();
  for (const Sheet& sheet : figures.sheets) {
    sheets.push_back({{"side", sheet.side_px}, {"photos", sheet.photos}, {"jpeg", to_base64(sheet.jpeg)}});
  }
  return {{"columns", kSheetColumns}, {"photos", figures.sheet_photos}, {"sheets", std::move(sheets)}};
}

json describe_failures(const Manifest& manifest, const std::vector<ErrorRow>& errors) {
  json by_code = json::object();
  for (const auto& [code, count] : manifest.failed_by_code) by_code[code] = {{"photos", count}, {"rows", json::array()}};
  for (const ErrorRow& error : errors) {
    json& rows = by_code[error.code]["rows"];
    if (rows.size() < kFailuresOfOneKind) rows.push_back({abbreviate(error.path), abbreviate(error.message)});
  }
  return by_code;
}

// "centred" or "centred, whiten": the words, and the names of set flags.
std::string describe_projection(const ManifestPca& pca) {
  std::string words;
  for (const auto& [name, text] : pca.projection) {
    if (text == "false") continue;
    words += fmt::format("{}{}", words.empty() ? "" : ", ", text == "true" ? name : text);
  }
  return words;
}

}  // namespace

std::string page_data(const Manifest& manifest, const std::vector<ErrorRow>& errors, const Figures& figures) {
  return dump({{"coulis", manifest.coulis_version},
               {"input", manifest.input},
               {"model", {{"name", manifest.model_name}, {"sha256", manifest.model_sha256}, {"precision", manifest.precision}}},
               {"settings", manifest.settings},
               {"turned", describe_turned(manifest.parts.turned, manifest.ok, manifest.options)},
               {"counts",
                {{"listed", manifest.listed},
                 {"bytes", manifest.listed_bytes},
                 {"ok", manifest.ok},
                 {"failed", manifest.failed()},
                 {"parts", manifest.parts.count}}},
               {"pca",
                {{"requested", manifest.pca.requested},
                 {"projection", describe_projection(manifest.pca)},
                 {"ratio", manifest.pca.explained_variance_ratio}}},
               {"labels", describe_labels(figures)},
               {"photos", describe_photos(figures)},
               {"likeness", describe_likeness_of(figures)},
               {"failures", describe_failures(manifest, errors)},
               {"thumbnails", describe_thumbnails(figures)}});
}

std::string last_run_data(const Manifest& manifest) {
  return dump({{"simd", manifest.simd},
               {"threads", manifest.threads},
               {"computed", manifest.computed},
               {"share_of_peak", manifest.share_of_peak},
               {"seconds", manifest.seconds}});
}

}  // namespace coulis
