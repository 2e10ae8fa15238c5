// Feeds every reader with good files in which bits are flipped, the same ones for the same seed, and prints what became of them.
// usage: mutants [COUNT [SEED [READER]]]     fails if two readings of a mutant differ; build with a sanitizer to find more

#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <vector>

#include "tests/fuzz/readers.hpp"

// NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming): the sanitizers'
extern "C" void __sanitizer_set_death_callback(void (*callback)()) __attribute__((weak));

namespace coulis {
namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::byte>;

struct Reader {
  std::string_view name;
  std::string_view seeds;  // a folder below tests/; of its files those that are read well
  Reading (*read)(std::span<const std::byte>);
  void (*maybe_repair)(std::span<std::byte>) = nullptr;
};

constexpr Reader kReaders[] = {
    {"jpeg", "core/decode/good", read_jpeg},
    {"png", "core/decode/good", read_png, repair_png_checksums},
    {"webp", "core/decode/good", read_webp},
    {"gif", "core/decode/good", read_gif},
    {"bmp", "core/decode/good", read_bmp},
    {"tiff", "core/decode/good", read_tiff},
    {"heif", "core/decode/good", read_heif},
    {"avif", "core/decode/good", read_avif},
    {"jxl", "core/decode/good", read_jxl},
    {"orientation", "core/decode/good", read_orientation},
    {"model", "fuzz/seeds/model", read_model},
    {"pca_model", "fuzz/seeds/pca_model", read_pca_model},
    {"manifest", "fuzz/seeds/manifest", read_manifest_text},
    {"parts", "fuzz/seeds/parts", read_parts_lines},
    {"part_record", "fuzz/seeds/part_record", read_part_record},
    {"parquet", "fuzz/seeds/parquet", read_parquet},
    {"collection", "fuzz/seeds/collection", read_collection},
    {"pack_index", "fuzz/seeds/pack_index", read_pack_index},
};

struct Mutant {
  std::string name;
  Bytes bytes;
};
Mutant current;  // for a death callback, which takes no argument

void save_current() {
  std::ofstream(current.name, std::ios::binary)
      .write(reinterpret_cast<const char*>(current.bytes.data()), static_cast<std::streamsize>(current.bytes.size()));
  fmt::print(stderr, "The mutant is in {}\n", current.name);
}

Bytes read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  Bytes bytes(text.size());
  if (!text.empty()) std::memcpy(bytes.data(), text.data(), text.size());
  return bytes;
}

// The files that the reader reads, in the order of their names.
std::vector<Bytes> find_seeds(const Reader& reader) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(fs::path(COULIS_TESTS_FOLDER) / reader.seeds)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<Bytes> seeds;
  for (const fs::path& path : paths) {
    Bytes bytes = read_file(path);
    if (reader.read(bytes).status == "ok") seeds.push_back(std::move(bytes));
  }
  return seeds;
}

Bytes flip_bits(Bytes bytes, std::mt19937_64& random) {
  for (std::uint64_t flips = 1 + random() % 8; flips > 0; --flips) bytes[random() % bytes.size()] ^= std::byte{1} << random() % 8;
  return bytes;
}

// Memory that malloc gives out is filled with another byte each time, so that what nobody wrote shows: half an image is a finding.
// Under AddressSanitizer mallopt does nothing.
bool reads_the_same_twice(const Reader& reader, const Bytes& bytes, std::string& status) {
  mallopt(M_PERTURB, 0x55);
  const Reading first = reader.read(bytes);
  mallopt(M_PERTURB, 0xE3);
  const Reading second = reader.read(bytes);
  status = first.status;
  return first == second;
}

// -> how many mutants were read in two ways.
std::size_t feed(const Reader& reader, std::size_t count, std::uint64_t seed) {
  const std::vector<Bytes> seeds = find_seeds(reader);
  if (seeds.empty()) {
    fmt::print("{}: no good file in {}\n", reader.name, reader.seeds);
    return 1;
  }
  std::mt19937_64 random(seed);
  std::map<std::string, std::size_t> count_by_status;
  std::size_t differing = 0;
  for (std::size_t i = 0; i < count; ++i) {
    current = {fmt::format("mutant_{}_{}_{}", reader.name, seed, i), flip_bits(seeds[i % seeds.size()], random)};
    if (reader.maybe_repair != nullptr && i / seeds.size() % 2 == 1) reader.maybe_repair(current.bytes);
    std::string status;
    if (!reads_the_same_twice(reader, current.bytes, status)) {
      save_current();
      ++differing;
    }
    ++count_by_status[status];
  }
  fmt::print("{:12} {:7} mutants of {:2} files:", reader.name, count, seeds.size());
  for (const auto& [status, mutants] : count_by_status) fmt::print(" {} {}", mutants, status);
  fmt::print("\n");
  return differing;
}

int feed_all(int argc, char** argv) {
  const std::size_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 2000;
  const std::uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  const std::string_view only = argc > 3 ? argv[3] : "";
  if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(save_current);
  std::vector<Reader> readers(std::begin(kReaders), std::end(kReaders));
  std::erase_if(readers, [&](const Reader& reader) { return !only.empty() && reader.name != only; });
  std::size_t fed = 0;
  std::size_t differing = 0;
  for (std::size_t i = 0; i < readers.size(); ++i) {
    const std::size_t share = count * (i + 1) / readers.size() - fed;
    differing += feed(readers[i], share, seed);
    fed += share;
  }
  fmt::print("mutants {} differing {}\n", fed, differing);
  return fed == count && differing == 0 ? 0 : 1;
}

}  // namespace
}  // namespace coulis

int main(int argc, char** argv) {
  return coulis::feed_all(argc, argv);
}
