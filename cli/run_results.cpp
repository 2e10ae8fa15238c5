#include "cli/run_results.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <numeric>

#include "core/base/counted.hpp"
#include "job/output/turned.hpp"

namespace coulis {
namespace {

double explained(const Manifest& manifest) {
  const auto& ratio = manifest.pca.explained_variance_ratio;
  return std::accumulate(ratio.begin(), ratio.end(), 0.0);
}

void print_json(const Summary& summary, const std::string& output) {
  const Manifest& m = summary.manifest;
  nlohmann::ordered_json seconds = nlohmann::ordered_json::object();
  for (const auto& [stage, value] : m.seconds) seconds[stage] = value;
  const nlohmann::ordered_json result = {{"output", output},
                                         {"listed", m.listed},
                                         {"ok", m.ok},
                                         {"failed", m.failed()},
                                         {"failed_by_code", m.failed_by_code},
                                         {"passed_over", nlohmann::ordered_json::parse(to_json(m.passed_over))},
                                         {"turned", m.parts.turned},
                                         {"computed", summary.computed},
                                         {"up_to_date", summary.up_to_date},
                                         {"parts", m.parts.count},
                                         {"k", m.pca.explained_variance_ratio.size()},
                                         {"explained_variance", explained(m)},
                                         {"model", m.model_name},
                                         {"precision", m.precision},
                                         {"seconds", seconds}};
  fmt::print("{}\n", result.dump());
}

}  // namespace

void print_results(const Summary& summary, const std::string& raw_output, const Session& session) {
  const std::string output = shown_place(raw_output);  // JSON is UTF-8
  if (session.json) {
    print_json(summary, output);
    return;
  }
  if (session.quiet) return;
  const Manifest& m = summary.manifest;
  if (summary.up_to_date) fmt::print("Nothing has changed: {} is up to date.\n", output);
  fmt::print("{}: {} with features, {} failed{}\n", counted(m.listed, "photo"), m.ok, m.failed(),
             m.failed() > 0 ? fmt::format(" (see {}{}errors.csv)", output, output.ends_with('/') ? "" : "/") : "");
  if (m.passed_over.total() > 0) fmt::print("Ignored: {}\n", describe_in_a_line(m.passed_over));
  if (const std::string turned = describe_turned(m.parts.turned, m.ok, m.options); !turned.empty()) fmt::print("{}\n", turned);
  const std::size_t k = m.pca.explained_variance_ratio.size();
  fmt::print("{} {} {:.1f} % of the variance\n", counted(k, "component"), k == 1 ? "explains" : "explain", 100 * explained(m));
  const bool one_csv = std::any_of(m.files.begin(), m.files.end(), [](const ManifestFile& file) { return file.key == kMatrixKey; });
  fmt::print("Results in {}: features/, pca/, {}, pca_model.safetensors, report.html\n", output, one_csv ? "matrix.csv" : "csv/");
}

void print_share(const ShareSummary& summary, const std::string& share, const Session& session) {
  if (session.json) {
    const nlohmann::ordered_json result = {
        {"share", share}, {"parts", summary.parts}, {"images", summary.images}, {"computed", summary.computed}};
    fmt::print("{}\n", result.dump());
  } else if (!session.quiet) {
    fmt::print("Share {}: {} with features. When all shares are done, run the same command without --share.\n", share,
               counted(summary.parts, "part"));
  }
}

}  // namespace coulis
