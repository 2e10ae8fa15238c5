#include "job/tasks/sample_bytes.hpp"

#include <bit>
#include <cstring>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
#include "job/output/image_text.hpp"
#include "job/tasks/record.hpp"

namespace coulis {
namespace {

using json = nlohmann::ordered_json;

static_assert(std::endian::native == std::endian::little);

template <class T>
void append(std::string& payload, const std::vector<T>& values) {
  if (!values.empty()) payload.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

template <class T>
std::vector<T> take(std::string_view& payload, std::uint64_t count) {
  if (count > payload.size() / sizeof(T)) throw Error(ErrorCode::kRunFailed, "the sample of a part is cut off", kSameVersion);
  std::vector<T> values(static_cast<std::size_t>(count));
  const std::size_t bytes = values.size() * sizeof(T);
  if (bytes != 0) std::memcpy(values.data(), payload.data(), bytes);
  payload.remove_prefix(bytes);
  return values;
}

}  // namespace

json write_sample(const PartSample& sample, std::string& payload) {
  std::vector<std::uint64_t> hashes;
  std::vector<std::uint32_t> labels_of_hashes;
  for (const HashedRow& row : sample.hashed) {
    hashes.push_back(row.hash);
    labels_of_hashes.push_back(row.label);
  }
  append(payload, hashes);
  append(payload, labels_of_hashes);
  append(payload, sample.shown.features);
  append(payload, sample.shown.projected);
  json labels = json::array();
  for (const LabelCount& label : sample.labels) labels.push_back({label.name, label.photos});
  return {{"labels", labels},
          {"hashed", sample.hashed.size()},
          {"width", sample.shown.width},
          {"k", sample.shown.k},
          {"photo_labels", sample.shown.labels},
          {"paths", sample.shown.paths},
          {"images", images_to_text(sample.shown.images)}};
}

PartSample read_sample(const json& value, std::string_view& payload) {
  PartSample sample;
  for (const json& label : value.at("labels")) {
    sample.labels.push_back({label.at(0).get<std::string>(), label.at(1).get_ref<const std::uint64_t&>()});
  }
  const std::uint64_t hashed = value.at("hashed").get_ref<const std::uint64_t&>();
  const auto hashes = take<std::uint64_t>(payload, hashed);
  const auto labels_of_hashes = take<std::uint32_t>(payload, hashed);
  for (std::size_t i = 0; i < hashes.size(); ++i) sample.hashed.push_back({labels_of_hashes[i], hashes[i]});
  sample.shown.width = value.at("width").get<std::size_t>();
  sample.shown.k = value.at("k").get<std::size_t>();
  sample.shown.labels = value.at("photo_labels").get<std::vector<std::uint32_t>>();
  sample.shown.paths = value.at("paths").get<std::vector<std::string>>();
  sample.shown.images = parse_images(value.at("images").get<std::string>(), "the sample of a part");
  sample.shown.features = take<float>(payload, sample.shown.paths.size() * sample.shown.width);
  sample.shown.projected = take<float>(payload, sample.shown.paths.size() * sample.shown.k);
  if (sample.shown.labels.size() != sample.shown.paths.size() || sample.shown.images.size() != sample.shown.paths.size()) {
    throw Error(ErrorCode::kRunFailed, "the sample of a part has lost photos", kSameVersion);
  }
  return sample;
}

}  // namespace coulis
