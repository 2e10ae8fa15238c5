#include "job/storage/arrow_calls.hpp"

#include <fmt/format.h>

#include "core/base/error.hpp"

namespace coulis {
namespace {

std::atomic<int> in_flight = 0;

}  // namespace

bool any_call_left_behind() {
  return in_flight > 0;
}

void ArrowCalls::begin_one() {
  ++in_flight;
}

void ArrowCalls::end_one() {
  --in_flight;
}

void ArrowCalls::go_on_or_throw(std::chrono::steady_clock::time_point end) {
  if (stopped_ || patience_.is_over()) throw Error(ErrorCode::kInterrupted, fmt::format("stopped while waiting for {}", address_));
  if (std::chrono::steady_clock::now() < end) return;
  throw Error(ErrorCode::kStorage, fmt::format("no answer from {}", address_),
              "check the network, and the address if it is one of your own");
}

}  // namespace coulis
