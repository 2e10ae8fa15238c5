#include "job/pack/pack.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <utility>

#include "core/base/counted.hpp"
#include "core/base/error.hpp"
#include "core/base/version.hpp"
#include "job/collections/open_collection.hpp"
#include "job/listing/listing_warnings.hpp"
#include "job/listing/others.hpp"
#include "job/output/layout.hpp"
#include "job/pack/packed_photo.hpp"
#include "job/pack/tar_writer.hpp"
#include "job/plan/retry.hpp"
#include "job/storage/lock.hpp"
#include "job/tables/shard_index.hpp"
#include "job/threads/worker_count.hpp"
#include "job/threads/workers.hpp"

namespace coulis {
namespace {

constexpr std::string_view kCompression = "snappy";
constexpr std::string_view kShardBytes = "coulis.shard_bytes";
constexpr std::array<std::string_view, 5> kBeginnings = {"shard-", "index/part-", kErrorsKey, kErrorsCsvKey, kPackMark};

struct Context {
  const PackOptions& options;
  const Location& input;
  const Location& output;
  const std::string& settings;
  const std::atomic<bool>& interrupted;
  Progress& progress;

  int readers() const {  // a bucket is waited for, and not worked on
    return input.traits().readers(worker_count(options.threads));
  }
};

std::string settings_of(const PackOptions& options, const Location& input) {
  std::string text = fmt::format("pack=1\ninput={}\n", printable(input.root()));
  visit_fields(options, WriteSettings{text, ""});
  return text;
}

std::set<std::string> list_shards(const Location& output) {
  std::set<std::string> shards;
  output.list("", [&](const Entry& entry) {
    if (is_shard_name(entry.key)) shards.insert(entry.key);
  });
  return shards;
}

// A shard that was removed, and photos that could not be read, are tried again.
void plan_again(Plan& plan, const std::set<std::string>& shards, const Location& output, bool has_failures) {
  for (Part& part : plan.parts) {
    if (!part.done) continue;
    const bool gone = !shards.contains(shard_name(part.number));
    part.done = !gone && !(has_failures && has_unread(read_part_record(output, part.file_key(kCompression, kIndexFolder))));
    if (!part.done) part.reason = gone ? "its shard is gone" : "photos could not be read";
  }
}

// Photos that the pack has no place for, as its mark says; nothing: it is not finished.
std::optional<std::uint64_t> maybe_earlier_failures(const Location& output) {
  const Outcome<Bytes> bytes = output.get(kPackMark);
  if (!bytes) return std::nullopt;
  const auto fields = nlohmann::ordered_json::parse(bytes.value(), nullptr, false);
  return fields.is_object() ? fields.value("failed", std::uint64_t{0}) : 0;
}

// Index of the first photo of each batch, and their number at the end. A thread reads a batch at once.
std::vector<std::size_t> cut_batches(const std::vector<ImageRef>& images) {
  constexpr std::uint64_t kBatchBytes = 256 << 10;
  constexpr std::size_t kBatchPhotos = 64;  // of 0 bytes, too
  std::vector<std::size_t> cuts;
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (cuts.empty() || bytes >= kBatchBytes || i - cuts.back() >= kBatchPhotos) {
      cuts.push_back(i);
      bytes = 0;
    }
    bytes += images[i].size_bytes;
  }
  cuts.push_back(images.size());
  return cuts;
}

void pack_shard(const Part& part, const Context& context) {
  const int resize = context.options.shards.resize;
  const LabelRule labels(context.options.listing);
  const std::string name = shard_name(part.number);
  PutStream stream(context.output, name);
  TarWriter tar(stream);
  ShardTable table;
  table.shard = name;
  PartRecord record{context.settings, part.images.read(), {}};
  const std::vector<ImageRef>& images = record.images;
  const std::vector<std::size_t> cuts = cut_batches(images);
  const auto read = [&](std::size_t batch) {
    if (context.interrupted) throw Error(ErrorCode::kInterrupted, "interrupted", "run the same command again: it resumes where it stopped");
    std::vector<Outcome<PackedPhoto>> photos;
    for (std::size_t i = cuts[batch]; i < cuts[batch + 1]; ++i) photos.push_back(read_for_shard(context.input, images[i], resize));
    return photos;
  };
  std::size_t next = 0;
  const auto append = [&](Outcome<PackedPhoto> photo) {
    const ImageRef& image = images[next];
    if (photo) {
      const std::string key = name_in_shard(image, resize);
      table.keys.push_back(printable(key));
      table.labels.push_back(labels.label_of(image, context.input));
      table.offsets.push_back(static_cast<std::int64_t>(tar.add(key, photo.value().bytes)));
      table.sizes.push_back(static_cast<std::int64_t>(photo.value().bytes.size()));
      table.sha256.push_back(std::move(photo.value().sha256));
    } else {
      const Failure& failure = photo.failure();
      record.failures.push_back({next, std::string(to_string(failure.stage)), std::string(to_string(failure.code)), failure.message});
    }
    ++next;
    context.progress.advance(1, photo ? 0 : 1);
  };
  make_in_parallel(context.readers(), cuts.size() - 1, read, [&](std::vector<Outcome<PackedPhoto>> photos) {
    for (Outcome<PackedPhoto>& photo : photos) append(std::move(photo));
  });
  tar.end();
  table.metadata = to_metadata(record);
  table.metadata.emplace_back(kShardBytes, std::to_string(tar.size()));
  stream.commit();
  context.output.put(part.file_key(kCompression, kIndexFolder), write_shard_table(table));
}

// Those of numbers that the plan has no more.
void remove_other_shards(const Plan& plan, std::set<std::string> shards, const Location& output) {
  for (const Part& part : plan.parts) shards.erase(shard_name(part.number));
  for (const std::string& other : shards) output.remove(other);
}

struct Packed {
  PackSummary summary;
  std::vector<ErrorRow> errors;
};

// What the indexes say.
Packed read_back(const Plan& plan, const Context& context) {
  Packed packed;
  packed.summary.shards = plan.parts.size();
  for (const Part& part : plan.parts) {
    const std::string key = part.file_key(kCompression, kIndexFolder);
    const std::string origin = printable(context.output.path_of(key));
    const TableMetadata metadata = read_table_metadata(context.output.get_or_throw(key), origin);
    const PartRecord record = parse_part_record(metadata, origin);
    packed.summary.listed += record.images.size();
    packed.summary.failed += record.failures.size();
    for (const auto& [name, value] : metadata) {
      if (name == kShardBytes) packed.summary.bytes += std::stoull(value);
    }
    for (const FailedImage& failure : record.failures) {
      const ImageRef& image = record.images[failure.index];
      packed.errors.push_back(
          {printable(context.input.path_of(image.key)), failure.stage, failure.code, failure.message, image.size_bytes});
    }
  }
  packed.summary.packed = packed.summary.listed - packed.summary.failed;
  return packed;
}

void publish(const Packed& packed, const Context& context) {
  const PackSummary& summary = packed.summary;
  context.output.put(kErrorsKey, write_errors_parquet(packed.errors, Compression::kSnappy, {}));
  context.output.put(kErrorsCsvKey, write_errors_csv(packed.errors, {}));
  const nlohmann::ordered_json mark = {{"coulis_version", kVersion},   {"input", printable(context.input.root())},
                                       {"settings", context.settings}, {"listed", summary.listed},
                                       {"packed", summary.packed},     {"failed", summary.failed},
                                       {"shards", summary.shards},     {"bytes", summary.bytes}};
  context.output.put(kPackMark, mark.dump(2) + "\n");
}

}  // namespace

PackSummary pack(const PackOptions& options, const std::optional<Share>& maybe_share, const std::atomic<bool>& interrupted,
                 Progress& progress) {
  visit_fields(options, CheckRange());
  const Location input = open_collection(options.input, options.storage, options.collections);
  const Location output = Location(options.output, options.storage).beside(input);
  Listing listing = list_some_images(input, options.listing, output);
  std::optional<Lock> lock;
  if (!maybe_share) lock.emplace(output);
  if (lock) output.remove_leftovers(kBeginnings);
  for (const std::string& warning : listing_warnings(listing, input, options.listing, worker_count(options.threads)))
    progress.warn(warning);
  const std::string settings = settings_of(options, input);
  const Context context{options, input, output, settings, interrupted, progress};
  const std::optional<std::uint64_t> earlier_failures = maybe_earlier_failures(output);
  const std::set<std::string> shards = list_shards(output);
  const PlanOptions cuts{settings,
                         1,
                         std::string(kCompression),
                         options.shards.fresh,
                         options.shards.shard_bytes,
                         kIndexFolder,
                         worker_count(options.threads),
                         output.traits().readers(worker_count(options.threads))};
  Plan plan = make_plan(listing.images, list_part_files(output, kIndexFolder), records_in(output), cuts);
  plan_again(plan, shards, output, earlier_failures != 0);
  if (maybe_share) plan = take_share(std::move(plan), *maybe_share);
  const std::size_t to_do = plan.parts_to_do();
  progress.say(fmt::format("{} in {}: {} done, {} to do", counted(plan.images(), "photo"), counted(plan.parts.size(), "shard"),
                           plan.parts.size() - to_do, to_do));
  if (to_do > 0 || !plan.stale_files.empty()) output.remove(kPackMark);  // first: a pack without it is not finished
  for (const std::string& key : plan.stale_files) output.remove(key);
  progress.begin("pack", plan.images_to_do());
  for (const Part& part : plan.parts) {
    if (part.done) continue;
    output.remove(part.file_key(kCompression, kIndexFolder));  // a shard whose index is there is taken for whole
    pack_shard(part, context);
  }
  progress.end();
  if (maybe_share) {
    PackSummary of_share;
    of_share.listed = plan.images();
    of_share.shards = plan.parts.size();
    of_share.written = to_do;
    return of_share;
  }
  remove_other_shards(plan, shards, output);
  Packed packed = read_back(plan, context);
  packed.summary.written = to_do;
  packed.summary.passed_over = listing.passed_over;
  if (packed.summary.listed != packed.summary.packed + packed.summary.failed || packed.summary.listed != plan.images()) {
    throw Error(ErrorCode::kRunFailed, "a photo was lost", "this is a defect of coulis: please report it");
  }
  lock->confirm();
  if (to_do > 0 || !plan.stale_files.empty() || !earlier_failures) publish(packed, context);
  return packed.summary;
}

}  // namespace coulis
