#include "job/report/report.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace coulis {
namespace {

constexpr std::size_t kErrorsShown = 200;

constexpr std::string_view kHead = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>coulis report</title><style>
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { margin-bottom: 0; } h2 { margin-top: 2rem; }
table { border-collapse: collapse; } td, th { padding: .2rem 1rem .2rem 0; text-align: left; vertical-align: top; }
td.n { text-align: right; font-variant-numeric: tabular-nums; } td.path { overflow-wrap: anywhere; }
meter { width: 16rem; }
</style></head><body>
)";

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

void append_row(std::string& html, std::string_view name, std::string_view value) {
  html += fmt::format("<tr><th>{}</th><td>{}</td></tr>\n", escape(name), escape(value));
}

void append_facts(std::string& html, const Manifest& m) {
  html += "<table>\n";
  append_row(html, "Photos", fmt::format("{} listed = {} with features + {} failed", m.listed, m.ok, m.failed()));
  append_row(html, "Input", m.input);
  append_row(html, "Model", fmt::format("{} (sha256 {})", m.model_name, m.model_sha256));
  append_row(html, "Precision", m.precision);
  append_row(html, "Parts", fmt::format("{}", m.parts.size()));
  append_row(html, "Last run", fmt::format("coulis {}, {} threads, {}", m.coulis_version, m.threads, m.simd));
  html += "</table>\n";
}

void append_variance(std::string& html, const Manifest& m) {
  html += fmt::format(
      "<h2>Explained variance</h2>\n<p>{} components ({}), {} convention.</p>\n<table>\n"
      "<tr><th>Component</th><th>Share</th><th>Sum</th><th></th></tr>\n",
      m.pca.explained_variance_ratio.size(), escape(m.pca.requested), escape(m.pca.convention));
  double sum = 0;
  for (std::size_t i = 0; i < m.pca.explained_variance_ratio.size(); ++i) {
    const double share = m.pca.explained_variance_ratio[i];
    sum += share;
    html += fmt::format(
        "<tr><td>pc_{}</td><td class=\"n\">{:.2f} %</td><td class=\"n\">{:.2f} %</td><td><meter value=\"{:.6f}\" "
        "max=\"1\"></meter></td></tr>\n",
        i + 1, 100 * share, 100 * sum, sum);
  }
  html += "</table>\n";
}

void append_seconds(std::string& html, const Manifest& m) {
  html += "<h2>Time of the last run</h2>\n<p>Seconds; those of the workers are summed over the threads.</p>\n<table>\n";
  for (const auto& [stage, seconds] : m.seconds) {
    html += fmt::format("<tr><th>{}</th><td class=\"n\">{:.3f}</td></tr>\n", escape(stage), seconds);
  }
  html += "</table>\n";
}

void append_failures(std::string& html, const Manifest& m, const std::vector<ErrorRow>& errors) {
  html += "<h2>Failures</h2>\n";
  if (errors.empty()) {
    html += "<p>None.</p>\n";
    return;
  }
  html += "<table>\n";
  for (const auto& [code, count] : m.failed_by_code) {
    html += fmt::format("<tr><th>{}</th><td class=\"n\">{}</td></tr>\n", escape(code), count);
  }
  html += "</table>\n<table>\n<tr><th>Path</th><th>Code</th><th>Why</th></tr>\n";
  for (std::size_t i = 0; i < std::min(errors.size(), kErrorsShown); ++i) {
    html += fmt::format("<tr><td class=\"path\">{}</td><td>{}</td><td>{}</td></tr>\n", escape(errors[i].path), escape(errors[i].code),
                        escape(errors[i].message));
  }
  html += "</table>\n";
  if (errors.size() > kErrorsShown) html += fmt::format("<p>The first {} of {}; all are in errors.csv.</p>\n", kErrorsShown, errors.size());
}

}  // namespace

std::string render_report(const Manifest& manifest, const std::vector<ErrorRow>& errors) {
  std::string html(kHead);
  html += "<h1>coulis</h1>\n";
  append_facts(html, manifest);
  append_variance(html, manifest);
  append_failures(html, manifest, errors);
  append_seconds(html, manifest);
  html += "</body></html>\n";
  return html;
}

}  // namespace coulis
