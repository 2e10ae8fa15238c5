#include "core/network/network.hpp"

#include <fmt/format.h>

#include "core/base/error.hpp"
#include "core/network/fused/executor.hpp"

namespace coulis {

std::shared_ptr<const NetworkFactory> make_network_factory(const Model& model) {
  if (model.card.architecture == "inverted_residual") return fused::make_fused_factory(model);
  throw Error(ErrorCode::kRunFailed, fmt::format("no engine here runs the architecture '{}'", model.card.architecture));
}

}  // namespace coulis
