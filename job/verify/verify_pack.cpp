#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <span>

#include "core/base/sha256.hpp"
#include "job/listing/others.hpp"
#include "job/output/part_record.hpp"
#include "job/pack/pack.hpp"
#include "job/plan/fingerprint.hpp"
#include "job/plan/part_files.hpp"
#include "job/tables/shard_index.hpp"
#include "job/verify/findings.hpp"

namespace coulis {
namespace {

void check_photos(const ShardTable& table, std::span<const std::byte> shard, const std::string& name, Findings& findings) {
  for (std::size_t i = 0; i < table.keys.size(); ++i) {
    const auto begin = static_cast<std::size_t>(table.offsets[i]);
    const auto size = static_cast<std::size_t>(table.sizes[i]);
    if (begin > shard.size() || size > shard.size() - begin) {
      findings.problem(fmt::format("{}: it ends before {}", name, table.keys[i]));
    } else if (sha256_of(shard.subspan(begin, size)) != table.sha256[i]) {
      findings.problem(fmt::format("{}: {} does not match its sha256", name, table.keys[i]));
    }
  }
}

void check_shard(const Location& output, const PartFile& file, Findings& findings) {
  const ShardTable table = read_shard_table(output.get_or_throw(file.key), file.key, ShardColumns::kAll);
  const PartRecord record = parse_part_record(table.metadata, file.key);
  if (table.keys.size() + record.failures.size() != record.images.size()) {
    findings.problem(fmt::format("{}: its counts do not add up", file.key));
  }
  if (fingerprint_of(record.settings, record.images) != file.fingerprint) {
    findings.problem(fmt::format("{}: its fingerprint does not match its photos", file.key));
  }
  const std::string name = shard_name(file.number);
  const Outcome<Bytes> shard = output.get(name);
  if (!shard) return findings.problem(fmt::format("{}: {}", name, shard.failure().message));
  check_photos(table, shard.value(), name, findings);
  findings.count(2, table.keys.size());
}

void check_mark(const Location& output, const std::vector<PartFile>& files, Findings& findings) {
  const Outcome<Bytes> bytes = output.get(kPackMark);
  if (!bytes) return findings.problem(fmt::format("{} is missing: the same `coulis pack` command finishes the pack", kPackMark));
  const auto mark = nlohmann::ordered_json::parse(bytes.value(), nullptr, false);
  if (!mark.is_object() || mark.value("shards", std::uint64_t{0}) != files.size()) {
    findings.problem(fmt::format("{}: its number of shards differs from the shards found", kPackMark));
  }
}

void check_no_other_shards(const Location& output, const std::vector<PartFile>& files, Findings& findings) {
  std::set<std::string> names;
  for (const PartFile& file : files) names.insert(shard_name(file.number));
  if (names.size() != files.size()) findings.problem("a shard has two indexes");
  output.list("", [&](const Entry& entry) {
    if (is_shard_name(entry.key) && !names.contains(entry.key)) findings.problem(fmt::format("{}: it has no index", entry.key));
  });
}

}  // namespace

bool is_pack(const Location& output) {
  return output.has(kPackMark) || !list_part_files(output, kIndexFolder).empty();
}

Verification verify_pack(const Location& output, int threads, Progress& progress) {
  Findings findings;
  const std::vector<PartFile> files = list_part_files(output, kIndexFolder);
  check_mark(output, files, findings);
  check_no_other_shards(output, files, findings);
  check_each(files.size(), threads, progress, findings, [&](std::size_t i) { check_shard(output, files[i], findings); });
  return findings.take();
}

}  // namespace coulis
