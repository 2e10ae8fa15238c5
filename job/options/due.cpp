#include "job/options/due.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace coulis {
namespace {

struct CompareTexts {
  const OptionTexts& earlier;
  const OptionTexts& defaults;  // for options that the earlier version did not have
  Due& due;

  template <class T>
  void operator()(const Field& field, const T& value) const {
    if (field.affects == Affects::kNothing) return;
    const auto found = earlier.find(field.name);
    const bool same = (found != earlier.end() ? found->second : defaults.at(field.name)) == to_texts(value);
    if (same) return;
    due.all |= field.affects == Affects::kPca;
    due.tables |= field.affects == Affects::kTables;
    due.report |= field.affects == Affects::kReport;
  }
};

// A listing of each folder says it of all parts: a question for each of 100,000 would take a bucket an hour.
bool has_all_files(const Location& output, const Manifest& manifest) {
  std::vector<std::string> names;
  for (PartFile& file : list_part_files(output, kPcaFolder)) names.push_back(std::move(file.key));
  output.list(kCsvFolder, [&](Entry entry) {
    if (entry.key.starts_with(kCsvBeginning)) names.push_back(std::move(entry.key));
  });
  return sum_of_names(std::move(names)) == manifest.parts.names && output.has(kPartsKey) &&
         std::all_of(manifest.files.begin(), manifest.files.end(), [&](const ManifestFile& file) { return output.has(file.key); });
}

}  // namespace

Due compare_options(const OptionTexts& earlier, const RunOptions& wanted) {
  const OptionTexts defaults = to_texts(RunOptions());
  Due due;
  visit_fields(wanted, CompareTexts{earlier, defaults, due});
  return due;
}

Due find_due(const Location& output, const Manifest& earlier, const Manifest& wanted, const Plan& plan, const RunOptions& options) {
  const bool same_photos = plan.parts_to_do() == 0 && plan.stale_files.empty() && earlier.settings == wanted.settings &&
                           earlier.listing_hash == wanted.listing_hash;
  if (!same_photos || earlier.coulis_version != wanted.coulis_version || earlier.pca.requested != wanted.pca.requested ||
      !output.has(kSuccessKey) || !has_all_files(output, earlier)) {
    return {.all = true};
  }
  Due due = compare_options(earlier.options, options);
  due.report |= !output.has(kReportKey);
  return due;
}

}  // namespace coulis
