// Lists and plans a pack. usage: list_pack FOLDER; prints one JSON object. Microseconds are a photo's: on the clock, of CPU by all
// threads, and of CPU by the thread that the others wait for.
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <string>

#include "job/collections/open_collection.hpp"
#include "job/listing/listing.hpp"
#include "job/listing/listing_warnings.hpp"
#include "job/plan/fingerprint.hpp"
#include "job/plan/plan.hpp"
#include "job/threads/worker_count.hpp"

namespace coulis {
namespace {

double cpu_seconds(int of) {
  rusage usage{};
  getrusage(of, &usage);
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Spent {
  double clock = 0;
  double cpu = 0;
  double first_thread = 0;
};

Spent now() {
  const std::chrono::duration<double> clock = std::chrono::steady_clock::now().time_since_epoch();
  return {clock.count(), cpu_seconds(RUSAGE_SELF), cpu_seconds(RUSAGE_THREAD)};
}

std::string describe(const Spent& from, const Spent& to, std::size_t photos) {
  const auto us = [&](double seconds) { return seconds * 1e6 / static_cast<double>(photos); };
  return fmt::format(R"({{"clock_us": {:.3f}, "cpu_us": {:.3f}, "thread_us": {:.3f}}})", us(to.clock - from.clock), us(to.cpu - from.cpu),
                     us(to.first_thread - from.first_thread));
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
