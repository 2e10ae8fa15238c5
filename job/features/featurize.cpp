#include "job/features/featurize.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <span>
#include <utility>

#include "core/base/error.hpp"
#include "core/base/stop_watch.hpp"
#include "core/base/version.hpp"
#include "core/decode/formats.hpp"
#include "job/features/bad_image_limit.hpp"
#include "job/features/part_queue.hpp"
#include "job/features/read_ahead.hpp"
#include "job/features/thumbnail.hpp"
#include "job/threads/worker_count.hpp"
#include "job/threads/workers.hpp"

namespace coulis {
namespace {

struct Worker {
  PhotoNetwork network;
  Resampler to_thumbnail{kThumbnail};
  double read_seconds = 0;
  double write_seconds = 0;
  double committed_seconds = 0;  // after the write
  StopWatch watch{};
};

Worker make_worker(const FeaturizeContext& context) {
  return {PhotoNetwork(context.model.card, context.networks, context.decode)};
}

// A finished part as a table: the rows of good images, and the failures in the metadata.
RowTable to_table(const PartInFlight& finished, const FeaturizeContext& context) {
  const std::vector<ImageRef>& images = finished.images;
  const auto width = static_cast<std::size_t>(context.model.card.feature_width);
  RowTable table;
  table.width = width;
  table.values.reserve(images.size() * width);
  PartRecord record{context.settings, images, {}, {}, finished.turned};
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (const auto& failure = finished.failures[i]) {
      record.failures.push_back({i, std::string(to_string(failure->stage)), std::string(to_string(failure->code)), failure->message});
      continue;
    }
    const std::string path = context.input.path_of(images[i].key);
    table.paths.push_back(printable(path));
    table.labels.push_back(context.labels.label_of(images[i], context.input));
    const float* row = finished.rows.data() + i * width;
    table.values.insert(table.values.end(), row, row + width);
  }
  if (count_failures(record, FailureCode::kUnsupported) > 0) record.formats = list_formats();
  table.metadata = provenance_of(context.model, context.settings);
  for (auto& pair : to_metadata(record)) {
    if (pair.first != "coulis.settings") table.metadata.push_back(std::move(pair));
  }
  return table;
}

void put_thumbnails(const PartInFlight& finished, const FeaturizeContext& context) {
  const Part& part = *finished.part;
  ThumbnailTable table;
  for (std::size_t i = 0; i < part.sampled.size(); ++i) {
    if (finished.thumbnails[i].empty()) continue;
    table.paths.push_back(printable(context.input.path_of(finished.images[part.sampled[i]].key)));
    table.jpegs.push_back(finished.thumbnails[i]);
  }
  context.output.put(part.thumbnails_key(to_string(context.features.compression)), write_thumbnail_table(table));
}

void commit_part(Worker& worker, const PartInFlight& finished, const FeaturizeContext& context) {
  worker.watch.restart();
  const Compression compression = context.features.compression;
  if (context.thumbnails && !finished.part->sampled.empty())
    put_thumbnails(finished, context);  // first, so that every committed part has its thumbnails
  const RowTable table = to_table(finished, context);
  const Bytes file = write_row_table(table, kFeaturesColumn, compression);
  context.output.put(finished.part->file_key(to_string(compression)), file);
  worker.watch.lap(worker.write_seconds);
  if (context.on_commit) context.on_commit(*finished.part, table, file);
  worker.watch.lap(worker.committed_seconds);
}

// Keeps a thumbnail if the photo is in the sample.
void keep_thumbnail(Worker& worker, std::size_t image, const Bytes& file, PartInFlight& part, const FeaturizeContext& context) {
  const std::vector<std::uint32_t>& sampled = part.part->sampled;
  const auto found = std::lower_bound(sampled.begin(), sampled.end(), image);
  if (found == sampled.end() || *found != image) return;
  part.thumbnails[static_cast<std::size_t>(found - sampled.begin())] =
      thumbnail_of(worker.network, file, context.decode, worker.to_thumbnail);
}

void add(const Worker& worker, StageSeconds& total) {
  const PhotoSeconds& photo = worker.network.seconds();
  total.read += worker.read_seconds;
  total.photo.decode += photo.decode;
  total.photo.resample += photo.resample;
  total.photo.network += photo.network;
  total.write += worker.write_seconds;
  total.committed += worker.committed_seconds;
}

struct BadImages {
  const BadImageLimit limit;
  std::atomic<std::uint64_t> count = 0;
};

void work_until_done(Worker& worker, PartQueue& queue, ReadAhead& photos, BadImages& bad, const FeaturizeContext& context,
                     Progress& progress) {
  const auto width = static_cast<std::size_t>(context.model.card.feature_width);
  while (const std::optional<ImageTask> task = queue.next()) {
    PartInFlight& part = *task->part;
    const ImageRef& image = part.images[task->index];
    worker.watch.restart();
    const Outcome<Bytes> bytes = photos.take(task->number, image);
    worker.watch.lap(worker.read_seconds);
    const std::span<float> row(part.rows.data() + task->index * width, width);
    std::optional<Failure> failure = bytes ? worker.network.features(bytes.value(), row) : bytes.failure();
    const bool failed = failure.has_value();
    if (!failed && worker.network.turned()) ++part.turned;
    if (!failed && context.thumbnails) keep_thumbnail(worker, task->index, bytes.value(), part, context);
    if (failed) bad.limit.check(++bad.count, printable(context.input.path_of(image.key)), to_string(failure->code), failure->message);
    part.failures[task->index] = std::move(failure);
    progress.advance(1, failed ? 1 : 0);
    if (part.remaining.fetch_sub(1) == 1) {  // the last image: this worker commits, while the others work on the next part
      commit_part(worker, part, context);
      queue.part_committed();
    }
    if (context.interrupted) queue.finish_current();
  }
}

}  // namespace

TableMetadata provenance_of(const Model& model, const std::string& settings) {
  return {{"coulis.version", std::string(kVersion)},
          {"coulis.model", model.card.name},
          {"coulis.model_sha256", model.card.sha256},
          {"coulis.preprocessing", to_string(model.card.preprocessing)},
          {"coulis.settings", settings}};
}

StageSeconds featurize(const Plan& plan, const FeaturizeContext& context, Progress& progress) {
  std::vector<const Part*> to_do;
  std::uint64_t images = 0;
  for (const Part& part : plan.parts) {
    if (part.done) continue;
    to_do.push_back(&part);
    images += part.images.size();
  }
  const int workers = static_cast<int>(std::min<std::uint64_t>(static_cast<std::uint64_t>(worker_count(context.threads)), images));
  PartQueue queue(to_do, static_cast<std::size_t>(context.model.card.feature_width),
                  parts_in_flight(workers, context.features.images_per_part));
  BadImages bad{BadImageLimit(context.features, context.listed)};
  StageSeconds total;
  std::mutex total_mutex;
  progress.begin("features", images);
  ReadAhead photos(to_do, context.input, workers, context.interrupted, ReadAhead::Sizes::kListed, context.given_up);
  std::atomic<int> still_working = workers;
  run_workers(
      workers + photos.threads(),
      [&](int index) {
        if (index >= workers) return photos.run();
        Worker worker = make_worker(context);
        work_until_done(worker, queue, photos, bad, context, progress);
        if (--still_working == 0) photos.stop();  // after an interruption some photos are left
        const std::lock_guard lock(total_mutex);
        add(worker, total);
      },
      [&] {
        queue.stop();
        photos.stop();
        context.input.stop();
      });
  progress.end();
  if (context.interrupted) throw Error(ErrorCode::kInterrupted, "interrupted", "run the same command again: it resumes where it stopped");
  return total;
}

void try_images(const Part& part, std::size_t first, const FeaturizeContext& context, const std::function<void()>& tried) {
  Worker worker = make_worker(context);
  std::vector<float> row(static_cast<std::size_t>(context.model.card.feature_width));
  const std::vector<ImageRef> images = part.images.read();
  for (std::size_t i = first; i < images.size(); ++i) {
    if (!context.given_up.contains(images[i].key)) {
      const Outcome<Bytes> bytes = context.input.get(images[i]);
      if (bytes) static_cast<void>(worker.network.features(bytes.value(), row));  // only whether the process survives matters
    }
    tried();
  }
}

}  // namespace coulis
