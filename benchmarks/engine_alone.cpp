// The network alone: decodes and resamples photos first, then times feature rows on some threads. Prints JSON.
#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <ctime>
#include <exception>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/decode/decode.hpp"
#include "core/network/network.hpp"
#include "core/resample/resample.hpp"
#include "job/listing/listing.hpp"
#include "job/threads/workers.hpp"

namespace coulis {
namespace {

// In listing order, at the network's input size.
std::vector<Image> prepare_images(const std::string& folder, const ModelCard& card) {
  const Location input(folder);
  std::vector<Image> images;
  for (const ImageRef& image : list_images(input, {}).images.read()) {
    const Outcome<Image> decoded = decode(input.get_or_throw(image.key));
    if (!decoded) throw Error(ErrorCode::kRunFailed, fmt::format("{}: {}", image.key, decoded.failure().message));
    images.push_back(resample(decoded.value().view(), card.preprocessing.resize));
  }
  return images;
}

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// rows_file: for raw float32 [images, feature width], to be compared; may be empty.
void time_network(const std::string& folder, int threads, const std::string& rows_file, Precision precision) {
  const Model model = load_model("");
  const auto width = static_cast<std::size_t>(model.card.feature_width);
  const std::vector<Image> images = prepare_images(folder, model.card);
  const auto factory = make_network_factory(model, precision);
  std::vector<std::unique_ptr<Network>> networks;
  for (int i = 0; i < threads; ++i) networks.push_back(factory->make());
  std::vector<float> rows(images.size() * width);
  std::atomic<std::size_t> next = 0;

  const double cpu_start = cpu_seconds();
  const auto start = std::chrono::steady_clock::now();
  run_workers(threads, [&](int worker) {
    for (std::size_t i = next++; i < images.size(); i = next++) {
      networks[static_cast<std::size_t>(worker)]->features(images[i].view(), {rows.data() + i * width, width});
    }
  });
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const double cpu = cpu_seconds() - cpu_start;
  if (!rows_file.empty()) {
    std::ofstream(rows_file, std::ios::binary)
        .write(reinterpret_cast<const char*>(rows.data()), static_cast<std::streamsize>(rows.size() * sizeof(float)));
  }
  fmt::print("{}\n", nlohmann::json{{"images", images.size()}, {"seconds", seconds}, {"cpu_seconds", cpu}}.dump());
}

}  // namespace
}  // namespace coulis

// engine_alone FOLDER THREADS [ROWS_FILE [PRECISION]]
int main(int argc, char** argv) {
  if (argc < 3) return 2;
  try {
    coulis::time_network(argv[1], std::stoi(argv[2]), argc > 3 ? argv[3] : "",
                         coulis::parse_enum<coulis::Precision>(argc > 4 ? argv[4] : "fp32"));
  } catch (const std::exception& e) {
    fmt::print(stderr, "engine_alone: {}\n", e.what());
    return 1;
  }
}
