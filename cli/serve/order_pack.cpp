#include <optional>
#include <string>

#include "cli/serve/orders.hpp"
#include "cli/serve/sent_messages.hpp"
#include "job/pack/pack.hpp"

namespace coulis {
namespace {

PackOptions pack_options_in(const Header& header, const Connection& client) {
  PackOptions options;
  const OptionTexts texts = texts_in(header, options, "coulis pack");
  visit_threads(options.threads, ReadTexts{texts});
  visit_fields(options, ReadTexts{texts});
  options.input = input_in(header);
  options.output = name_in(header, "output");
  options.storage.maybe_interrupted = &client.interrupted();
  return options;
}

}  // namespace

Frame serve_pack(const Frame& order, Served& served) {
  const PackOptions options = pack_options_in(order.header, served.client);
  const std::string share = name_in(order.header, "share");
  SentMessages progress(served.client);
  const PackSummary summary =
      pack(options, share.empty() ? std::nullopt : std::optional(parse_share(share)), served.client.interrupted(), progress);
  return {{{"summary",
            {{"listed", summary.listed},
             {"packed", summary.packed},
             {"failed", summary.failed},
             {"shards", summary.shards},
             {"written", summary.written},
             {"bytes", summary.bytes}}}},
          {}};
}

}  // namespace coulis
