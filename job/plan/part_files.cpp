#include "job/plan/part_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "job/output/layout.hpp"

namespace coulis {
namespace {

constexpr std::size_t kFingerprintDigits = 32;
constexpr std::array<std::string_view, 2> kCompressions = {"snappy", "zstd"};

// Accepts exactly the names that part_file_name() gives: a file with another name is not ours.
std::optional<PartFile> parse_part_file(std::string_view folder, const std::string& key) {
  const std::string_view prefix = "part-";
  std::string_view name = key;
  name.remove_prefix(folder.size() + 1);
  const std::string_view whole_name = name;
  if (!name.starts_with(prefix)) return std::nullopt;
  name.remove_prefix(prefix.size());
  PartFile file;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), file.number);
  if (error != std::errc() || end == name.data() + name.size()) return std::nullopt;
  name.remove_prefix(static_cast<std::size_t>(end - name.data()) + 1);
  file.fingerprint = name.substr(0, kFingerprintDigits);
  if (file.fingerprint.find_first_not_of("0123456789abcdef") != std::string::npos) return std::nullopt;
  file.key = key;
  const bool ours = std::any_of(kCompressions.begin(), kCompressions.end(), [&](std::string_view compression) {
    return whole_name == part_file_name(file.number, file.fingerprint, compression);
  });
  return ours && file.fingerprint.size() == kFingerprintDigits ? std::optional(file) : std::nullopt;
}

}  // namespace

std::string part_file_name(std::uint64_t number, std::string_view fingerprint, std::string_view compression) {
  return fmt::format("part-{:05}-{}.{}.parquet", number, fingerprint, compression);
}

std::vector<std::uint64_t> numbers_of(const std::vector<PartFile>& files) {
  std::vector<std::uint64_t> numbers;
  numbers.reserve(files.size());
  for (const PartFile& file : files) numbers.push_back(file.number);
  return numbers;
}

std::vector<PartFile> list_part_files(const Location& output, std::string_view folder) {
  std::vector<PartFile> files;
  output.list(folder, [&](const Entry& entry) {
    auto file = parse_part_file(folder, entry.key);
    if (!file) return;
    file->size_bytes = entry.size_bytes;
    files.push_back(std::move(*file));
  });
  std::sort(files.begin(), files.end(),
            [](const PartFile& a, const PartFile& b) { return std::tie(a.number, a.key) < std::tie(b.number, b.key); });
  return files;
}

std::vector<PartFile> list_unnamed_part_files(const Location& output, const std::vector<ManifestPart>& parts) {
  std::set<std::string> named;
  for (const ManifestPart& part : parts) {
    named.insert({part.features.key, part.pca.key});
    if (part.maybe_thumbnails) named.insert(part.maybe_thumbnails->key);
  }
  std::vector<PartFile> others;
  for (const std::string_view folder : kPartFolders) {
    for (PartFile& file : list_part_files(output, folder)) {
      if (!named.contains(file.key)) others.push_back(std::move(file));
    }
  }
  return others;
}

}  // namespace coulis
