#include "job/tasks/task_executor.hpp"

#include <map>
#include <optional>
#include <utility>

#include "job/tasks/csv_by_tasks.hpp"
#include "job/tasks/results.hpp"

namespace coulis {
namespace {

constexpr std::uint64_t kPartsToRead = 32;    // by one task: a node of the tree of moments
constexpr std::uint64_t kPartsToProject = 8;  // by one task: the overhead of a task is about the time of a part, 0.05 s

std::uint64_t group_of(const std::vector<PartFile>& group, std::uint64_t parts_of_a_task) {
  return group.front().number / parts_of_a_task;
}

}  // namespace

std::vector<std::vector<PartFile>> group_neighbours(const std::vector<PartFile>& files, std::uint64_t count) {
  std::vector<std::vector<PartFile>> groups;
  for (const PartFile& file : files) {
    if (groups.empty() || groups.back().front().number / count != file.number / count) groups.emplace_back();
    groups.back().push_back(file);
  }
  return groups;
}

TaskExecutor::TaskExecutor(RunOptions options, RunStage run_stage) : options_(std::move(options)), run_stage_(std::move(run_stage)) {}

StageSeconds TaskExecutor::featurize(const Plan& plan, const FeaturizeContext& context, Progress& /*progress*/) {
  std::vector<const Part*> to_do;
  for (const Part& part : plan.parts) {
    if (!part.done) to_do.push_back(&part);
  }
  const auto next_order = [next = to_do.begin()]() mutable {
    const Part& part = **next++;
    return TaskOrder{part.number, to_bytes(FeaturesOrder{part})};
  };
  std::map<std::uint64_t, FeaturesResult> results;
  options_.input = context.input.root();  // the place of the photos themselves: tasks do not read INPUT's list
  const StageOrder stage{TaskKind::kFeatures, options_, context.settings, ""};
  run(stage, to_do.size(), to_do.size(), next_order, [&](const std::string& bytes) {
    FeaturesResult result = parse_features_result(bytes);
    results[result.part] = std::move(result);
  });
  StageSeconds total;
  std::vector<TaskTime> times;
  for (const Part& part : plan.parts) {
    if (part.done) continue;
    require_part(results.contains(part.number), part.number, TaskKind::kFeatures);
    const FeaturesResult& result = results[part.number];
    total.read += result.seconds.read;
    total.photo.decode += result.seconds.photo.decode;
    total.photo.resample += result.seconds.photo.resample;
    total.photo.network += result.seconds.photo.network;
    total.write += result.seconds.write;
    times.push_back(result.time);
  }
  total.task_cores = cores_at_work(times);
  return total;
}

Committed TaskExecutor::read_committed(const Location& input, const Location& /*output*/, const std::vector<PartFile>& files,
                                       int /*threads*/, Progress& /*progress*/) {
  options_.input = input.root();
  std::vector<TaskOrder> orders;
  for (std::vector<PartFile>& group : group_neighbours(files, kPartsToRead)) {
    const std::uint64_t number = group_of(group, kPartsToRead);
    orders.push_back({number, to_bytes(MomentsOrder{std::move(group)})});
  }
  MomentsSum sum(files);
  run({TaskKind::kMoments, options_, "", ""}, files.size(), std::move(orders),
      [&](const std::string& bytes) { sum.add(parse_moments_result(bytes)); });
  return std::move(sum).take();
}

std::optional<ManifestFile> TaskExecutor::project_parts(const Location& output, std::vector<ManifestPart>& parts, const PcaModel& model,
                                                        const std::string& model_sha256, const ProjectOptions& options,
                                                        const TakeSample& take, Progress& /*progress*/) {
  std::vector<PartFile> files;
  for (const ManifestPart& part : parts) files.push_back(features_file(part));
  std::vector<SampleOrder> samples = order_samples(parts);
  std::vector<TaskOrder> orders;
  auto sample = samples.begin();
  for (std::vector<PartFile>& group : group_neighbours(files, kPartsToProject)) {
    const std::uint64_t number = group_of(group, kPartsToProject);
    const auto end = sample + static_cast<std::ptrdiff_t>(group.size());
    orders.push_back({number, to_bytes(ProjectionOrder{std::move(group), {sample, end}})});
    sample = end;
  }
  std::map<std::uint64_t, ProjectedPart> projected;
  run({TaskKind::kProjection, options_, "", model_sha256}, parts.size(), std::move(orders), [&](const std::string& bytes) {
    for (auto& [part, one] : parse_projection_result(bytes).parts) projected[part] = std::move(one);
  });
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto found = projected.find(parts[i].number);
    require_part(found != projected.end(), parts[i].number, TaskKind::kProjection);
    parts[i].pca = std::move(found->second.file);
    parts[i].maybe_csv = std::move(found->second.csv.file);
    take(i, std::move(found->second.sample));
  }
  if (options.csv.layout == CsvLayout::kParts) return std::nullopt;
  CsvPieces pieces = cut_csv(parts, model.k(), options.csv, output.traits());
  if (pieces.orders.empty()) return write_csv(output, parts, model.k(), options.csv, options.threads);
  write_pieces(output, std::move(pieces.orders), parts.size());
  return pieces.file;
}

void TaskExecutor::write_pieces(const Location& output, std::vector<TablesOrder> pieces, std::size_t parts) {
  const std::string ticket = output.begin_pieces(kMatrixKey);
  try {
    std::vector<TaskOrder> orders;
    for (TablesOrder& piece : pieces) {
      piece.ticket = ticket;
      orders.push_back({piece.number, to_bytes(piece)});
    }
    std::vector<std::optional<std::string>> receipts(pieces.size());
    run({TaskKind::kTables, options_, "", ""}, parts, std::move(orders), [&](const std::string& bytes) {
      TablesResult result = parse_tables_result(bytes);
      receipts.at(result.piece) = std::move(result.receipt);
    });
    std::vector<std::string> all;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      require_part(receipts[i].has_value(), pieces[i].parts.front().number, TaskKind::kTables);
      all.push_back(std::move(*receipts[i]));
    }
    output.finish_pieces(kMatrixKey, ticket, all);
  } catch (...) {
    output.drop_pieces(kMatrixKey, ticket);
    throw;
  }
}

void TaskExecutor::run(StageOrder order, std::size_t parts, std::vector<TaskOrder> orders, const TakeResult& take) {
  run(
      std::move(order), parts, orders.size(), [next = orders.begin()]() mutable { return std::move(*next++); }, take);
}

void TaskExecutor::run(StageOrder order, std::size_t parts, std::size_t orders, std::function<TaskOrder()> next_order,
                       const TakeResult& take) {
  if (orders == 0) return;
  run_stage_({order.kind, parts, order.options.network.model, to_bytes(order), orders, std::move(next_order)}, take);
}

}  // namespace coulis
