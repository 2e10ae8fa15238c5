// Lists and plans a pack on all threads. usage: list_pack FOLDER; prints one JSON object, with microseconds a photo.
#include <fmt/format.h>

#include <chrono>
#include <string>

#include "job/collections/open_collection.hpp"
#include "job/listing/listing.hpp"
#include "job/listing/listing_warnings.hpp"
#include "job/plan/fingerprint.hpp"
#include "job/plan/plan.hpp"
#include "job/threads/worker_count.hpp"
#include "tests/soak/cpu_seconds.hpp"

namespace coulis {
namespace {

struct Spent {
  double clock = 0;
  double cpu = 0;
};

Spent now() {
  const std::chrono::duration<double> clock = std::chrono::steady_clock::now().time_since_epoch();
  return {clock.count(), cpu_seconds()};
}

std::string describe(const Spent& from, const Spent& to, std::size_t photos) {
  const auto us = [&](double seconds) { return seconds * 1e6 / static_cast<double>(photos); };
  return fmt::format(R"({{"clock_us": {:.2f}, "cpu_us": {:.2f}}})", us(to.clock - from.clock), us(to.cpu - from.cpu));
}

void measure(const std::string& folder) {
  const ListingOptions options;
  const int threads = worker_count(0);
  const Location input = open_collection(folder, {}, {});
  const Spent begin = now();
  const Listing listing = list_images(input, options);
  const Spent listed = now();
  static_cast<void>(listing_warnings(listing, input, options, threads));
  const std::string hash = hash_of(listing.images, threads);
  const Plan plan = make_plan(listing.images, {}, {}, {.settings = "settings", .threads = threads});
  const Spent planned = now();
  const std::size_t photos = listing.images.size();
  fmt::print(R"({{"photos": {}, "parts": {}, "hash": "{}", "listing": {}, "planning": {}}})"
             "\n",
             photos, plan.parts.size(), hash, describe(begin, listed, photos), describe(listed, planned, photos));
}

}  // namespace
}  // namespace coulis

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  coulis::measure(argv[1]);
  return 0;
}
