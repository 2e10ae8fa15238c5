#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/serve/orders.hpp"
#include "core/base/printable.hpp"

namespace coulis {
namespace {

std::vector<std::string> split_lines(std::string_view payload) {
  std::vector<std::string> names;
  while (!payload.empty()) {
    const std::size_t end = std::min(payload.find('\n'), payload.size());
    names.push_back(raw_name(payload.substr(0, end)));
    payload.remove_prefix(std::min(end + 1, payload.size()));
  }
  return names;
}

std::string to_lines(const std::vector<std::string>& paths) {  // printable, so that none contains a line break
  std::string lines;
  for (const std::string& path : paths) lines += path + '\n';
  return lines;
}

void send_rows(Connection& client, const RowBlock& block) {
  Header failures = Header::array();
  for (const auto& [photo, failure] : block.failures) {
    failures.push_back({photo, to_string(failure.stage), to_string(failure.code), printable_sentence(failure.message)});
  }
  const std::string_view bytes(reinterpret_cast<const char*>(block.values.data()), block.values.size() * sizeof(float));
  client.send({{"answer", "rows"}, {"first", block.first}, {"count", block.count}, {"failures", std::move(failures)}}, {bytes});
}

}  // namespace

Frame serve_featurize(const Frame& order, Served& served) {
  Connection& client = served.client;
  const RunOptions options = options_in(order.header, client);
  const std::string network = options.network.model + '\0' + to_text(options.network.precision);
  const LoadedModel& model = served.model.get(network, [&] { return load_network(options.network); });
  const bool listed = order.header.contains("input");
  LocatedImages located = listed ? list_input(options, client.interrupted()) : locate_names(split_lines(order.payload), options);
  for (const std::string& note : located.notes) send_message(client, "warning", note);
  client.send({{"answer", "photos"}, {"count", located.images.size()}, {"width", model.model.card.feature_width}},
              {listed ? to_lines(located.paths()) : ""});
  const std::uint64_t turned = compute_located_rows(std::move(located), model, options, client.interrupted(),
                                                    [&](const RowBlock& block) { send_rows(client, block); });
  return {{{"turned", turned}}, {}};
}

}  // namespace coulis
