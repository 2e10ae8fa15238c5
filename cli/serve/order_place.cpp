// list, size, read: the objects of an OUTPUT, for coulis.open of Python.
#include <optional>
#include <string_view>

#include "cli/serve/orders.hpp"

namespace coulis {
namespace {

const Location& place_of(const Frame& order, Served& served) {
  const std::string made_of = order.header.at("place").dump() + order.header.value("options", Header()).dump();
  return served.place.get(made_of,
                          [&] { return Location(name_in(order.header, "place"), options_in(order.header, served.client).storage); });
}

}  // namespace

Frame serve_list(const Frame& order, Served& served) {
  Header keys = Header::array();
  place_of(order, served).list(name_in(order.header, "prefix"), [&](const Entry& entry) { keys.push_back(printable(entry.key)); });
  return {{{"keys", std::move(keys)}}, {}};
}

Frame serve_size(const Frame& order, Served& served) {
  const std::optional<std::uint64_t> size = place_of(order, served).maybe_size(name_in(order.header, "key"));
  return {{{"size", size ? Header(*size) : Header()}}, {}};
}

Frame serve_read(const Frame& order, Served& served) {
  const Location& place = place_of(order, served);
  const std::string key = name_in(order.header, "key");
  const Bytes bytes = order.header.contains("offset")
                          ? place.get_range(key, order.header["offset"].get<std::uint64_t>(), order.header.at("size").get<std::uint64_t>())
                          : place.get_or_throw(key);
  return {Header::object(), {reinterpret_cast<const char*>(bytes.data()), bytes.size()}};
}

}  // namespace coulis
