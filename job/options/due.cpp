#include "job/options/due.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

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
  std::set<std::string> keys;
  for (PartFile& file : list_part_files(output, kPcaFolder)) keys.insert(std::move(file.key));
  if (keys.size() != manifest.parts.size()) return false;
  output.list(kCsvFolder, [&](Entry entry) { keys.insert(std::move(entry.key)); });
  const auto has_parts_files = [&](const ManifestPart& part) {
    return keys.contains(part.pca.key) && (!part.maybe_csv || part.maybe_csv->key == kMatrixKey || keys.contains(part.maybe_csv->key));
  };
  return std::all_of(manifest.parts.begin(), manifest.parts.end(), has_parts_files) &&
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
