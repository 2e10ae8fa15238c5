#include "job/tasks/task_worker.hpp"

#include <fmt/format.h>

#include <chrono>
#include <span>
#include <utility>

#include "core/base/error.hpp"
#include "core/pca/model_file.hpp"
#include "job/reduce/committed.hpp"
#include "job/reduce/reduce.hpp"

namespace coulis {
namespace {

double now_s() {  // one clock for all processes of a machine
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

MomentsResult read_parts(const MomentsOrder& order, const StageOrder& stage, std::uint64_t& part) {
  const Location input(stage.options.input);
  const Location output = open_here(stage.options.output, stage.options.storage);
  std::optional<MomentsResult> sum;
  for (const PartFile& file : order.parts) {
    part = file.number;
    MomentsResult one{file.number, {read_committed_part(input, output, file)}, {}};
    one.moments = std::exchange(one.parts.front().moments, {});
    add_sibling(sum, std::move(one));
  }
  return std::move(sum).value();
}

ProjectionResult project_parts(const ProjectionOrder& order, const StageOrder& stage, std::uint64_t& part) {
  const Location output = open_here(stage.options.output, stage.options.storage);
  const Bytes bytes = output.get_or_throw(kPcaModelKey);
  if (sha256_of(bytes) != stage.pca_sha256) {
    throw Error(ErrorCode::kRunFailed, "the PCA model is not the one that the driver has written");
  }
  const PcaModel model = parse_pca_file(bytes, kPcaModelKey).model;
  const ProjectOptions options{stage.options.features.compression, stage.options.csv};
  ProjectionResult result;
  for (std::size_t i = 0; i < order.parts.size(); ++i) {
    const PartFile& file = order.parts[i];
    part = file.number;
    ManifestPart entry;
    entry.number = file.number;
    entry.fingerprint = file.fingerprint;
    entry.features.key = file.key;
    ProjectedPart projected = project_part(output, entry, model, stage.pca_sha256, options, order.samples[i]);
    projected.csv.lines.clear();  // a task of a later stage makes them again, when the place of each piece is known
    result.parts.push_back({part, std::move(projected)});
  }
  return result;
}

TablesResult write_piece(const TablesOrder& order, const StageOrder& stage, std::uint64_t& part) {
  const Location output = open_here(stage.options.output, stage.options.storage);
  std::string lines = order.offset == 0 ? matrix_csv_header(order.k, stage.options.csv) : "";
  for (const PartFile& file : order.parts) {
    part = file.number;
    const RowTable projected = read_row_table(output.get_or_throw(file.key), kPcaColumn, printable(output.path_of(file.key)));
    lines += matrix_csv_lines(projected, stage.options.csv);
  }
  if (lines.size() != order.size_bytes) {  // it would not fit its place
    throw Error(ErrorCode::kRunFailed,
                fmt::format("the lines of {} have {} bytes, not {} as before", kMatrixKey, lines.size(), order.size_bytes));
  }
  return {order.number, output.put_piece(kMatrixKey, order.ticket, {order.number, order.offset, std::as_bytes(std::span(lines))})};
}

}  // namespace

TaskWorker::TaskWorker(std::string stage_order, std::optional<std::string> maybe_model, int threads)
    : stage_order_(std::move(stage_order)), maybe_model_(std::move(maybe_model)), threads_(threads) {}

std::string TaskWorker::work(std::string_view order, const std::vector<GivenUpImage>& given_up) {
  const double begin_s = now_s();
  return guarded(order, [&](const StageOrder& stage, std::uint64_t& part) {
    switch (stage.kind) {
      case TaskKind::kFeatures: return featurize(parse_features_order(order), stage, given_up, begin_s);
      case TaskKind::kMoments: return to_bytes(read_parts(parse_moments_order(order, stage), stage, part));
      case TaskKind::kProjection: return to_bytes(project_parts(parse_projection_order(order, stage), stage, part));
      case TaskKind::kTables: return to_bytes(write_piece(parse_tables_order(order), stage, part));
    }
    return std::string();
  });
}

std::string TaskWorker::prepare(std::string_view order) {
  return guarded(order, [&](const StageOrder& stage, std::uint64_t& /*part*/) {
    featurizer(stage);
    return std::string();
  });
}

std::string TaskWorker::try_images(std::string_view order, std::size_t first, const std::vector<GivenUpImage>& given_up,
                                   const std::function<void()>& tried) {
  return guarded(order, [&](const StageOrder& stage, std::uint64_t& /*part*/) {
    featurizer(stage).try_images(parse_features_order(order).part, first, given_up, tried);
    return std::string();
  });
}

std::string TaskWorker::guarded(std::string_view order, const Step& step) {
  OrderName name;
  const auto fail = [&](ErrorCode code, const std::string& message, const std::string& remedy) {
    featurizer_.reset();
    return to_bytes(make_task_error(name, code, message, remedy));
  };
  try {
    name = name_of_order(order);
    StageOrder stage = parse_stage_order(stage_order_);
    if (maybe_model_) stage.options.network.model = *maybe_model_;
    stage.options.threads = threads_;
    return step(stage, name.first_part);
  } catch (const Error& e) {
    return fail(e.code(), e.what(), e.remedy());
  } catch (const std::exception& e) {
    return fail(ErrorCode::kRunFailed, e.what(), "");
  }
}

PartFeaturizer& TaskWorker::featurizer(const StageOrder& stage) {
  if (!featurizer_) featurizer_ = std::make_unique<PartFeaturizer>(stage);
  return *featurizer_;
}

std::string TaskWorker::featurize(const FeaturesOrder& order, const StageOrder& stage, const std::vector<GivenUpImage>& given_up,
                                  double begin_s) {
  FeaturesResult result;
  result.part = order.part.number;
  result.seconds = featurizer(stage).featurize(order.part, given_up);
  result.time = {machine_name(), begin_s, now_s(), threads_};
  return to_bytes(result);
}

}  // namespace coulis
