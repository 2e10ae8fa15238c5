#include "job/tasks/places.hpp"

#include <limits>
#include <memory>
#include <unordered_map>

namespace coulis {
namespace {

using json = nlohmann::ordered_json;

template <class T>
T natural(const json& value) {  // get() would wrap -1
  const std::uint64_t number = value.get_ref<const std::uint64_t&>();
  if (number > std::numeric_limits<T>::max()) throw json::out_of_range::create(401, "a number is too large", &value);
  return static_cast<T>(number);
}

}  // namespace

json places_to_json(const std::vector<ImageRef>& images) {
  std::unordered_map<const Entry*, std::size_t> numbers;
  json containers = json::array();
  json places = json::array();
  for (const ImageRef& image : images) {
    const auto& [container, offset, stored_bytes, checksum, packing] = image.place;
    if (!container) {
      places.push_back(nullptr);
      continue;
    }
    const auto [known, is_new] = numbers.emplace(container.get(), containers.size());
    if (is_new) containers.push_back({printable(container->key), container->size_bytes, container->mtime_ns, printable(container->etag)});
    places.push_back({known->second, offset, stored_bytes, checksum, packing});
  }
  return containers.empty() ? json() : json{{"containers", std::move(containers)}, {"places", std::move(places)}};
}

void read_places(const json& value, std::vector<ImageRef>& images) {
  std::vector<std::shared_ptr<const Entry>> containers;
  for (const json& one : value.at("containers")) {
    containers.push_back(std::make_shared<const Entry>(Entry{raw_name(one.at(0).get<std::string>()), natural<std::uint64_t>(one.at(1)),
                                                             one.at(2).get<std::int64_t>(), raw_name(one.at(3).get<std::string>())}));
  }
  const json& places = value.at("places");
  for (std::size_t i = 0; i < images.size(); ++i) {
    const json& one = places.at(i);
    if (one.is_null()) continue;
    const auto number = natural<std::size_t>(one.at(0));
    if (number >= containers.size()) throw json::out_of_range::create(401, "the index of a container is too large", &one);
    images[i].place = {containers[number], natural<std::uint64_t>(one.at(1)), natural<std::uint64_t>(one.at(2)),
                       natural<std::uint32_t>(one.at(3)), natural<std::uint8_t>(one.at(4))};
  }
}

}  // namespace coulis
