// The listing of a place and nothing else. Prints JSON: keys, seconds, CPU seconds, whether keys came in order.
#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <exception>
#include <string>

#include "core/base/error.hpp"
#include "job/storage/location.hpp"

namespace coulis {
namespace {

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

void time_listing(const std::string& uri) {
  const Location place(uri);
  const double cpu_start = cpu_seconds();
  const auto start = std::chrono::steady_clock::now();
  std::uint64_t keys = 0;
  bool sorted = true;
  std::string last;
  place.walk({[&](Entry entry, EntryKind) {
                ++keys;
                sorted = sorted && last < entry.key;
                last = std::move(entry.key);
              },
              {}});
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  fmt::print("{{\"keys\": {}, \"seconds\": {:.3f}, \"cpu_seconds\": {:.3f}, \"sorted\": {}}}\n", keys, seconds, cpu_seconds() - cpu_start,
             sorted);
}

}  // namespace
}  // namespace coulis

int main(int count, char** words) {
  try {
    if (count != 2) throw coulis::Error(coulis::ErrorCode::kUsage, "usage: list_alone PLACE");
    coulis::time_listing(words[1]);
    return 0;
  } catch (const std::exception& e) {
    fmt::print(stderr, "{}\n", e.what());
    return 1;
  }
}
