#include "job/plan/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "job/plan/cut.hpp"
#include "job/plan/replan.hpp"

namespace coulis {
namespace {

// Whether a first run, which makes these parts, would write every committed file: the first run, a resumed one, or no change.
bool explain_all(const std::vector<Part>& parts, const std::vector<PartFile>& committed) {
  return std::all_of(committed.begin(), committed.end(), [&](const PartFile& file) {
    return file.number < parts.size() && parts[file.number].fingerprint == file.fingerprint;
  });
}

Plan plan_as_first_run(std::vector<Part> parts, const std::vector<PartFile>& committed, const PlanOptions& options) {
  Plan plan;
  append_new_parts(plan.parts, std::move(parts), options.fresh ? "--fresh" : "new");
  for (const PartFile& file : committed) {
    plan.parts[file.number].done = true;
    plan.parts[file.number].reason.clear();
  }
  return plan;
}

}  // namespace

ReadPartRecord records_in(const Location& output) {
  return [&output](const PartFile& file) { return read_part_record(output, file.key, file.size_bytes); };
}

std::string Part::file_key(std::string_view compression, std::string_view folder) const {
  return fmt::format("{}/{}", folder, part_file_name(number, fingerprint, compression));
}

std::string Part::thumbnails_key(std::string_view compression) const {
  return fmt::format("{}/{}", kThumbnailsFolder, part_file_name(number, fingerprint, compression));
}

std::size_t Plan::images() const {
  std::size_t sum = 0;
  for (const Part& part : parts) sum += part.images.size();
  return sum;
}

std::size_t Plan::images_to_do() const {
  std::size_t sum = 0;
  for (const Part& part : parts) sum += part.done ? 0 : part.images.size();
  return sum;
}

std::size_t Plan::parts_to_do() const {
  return static_cast<std::size_t>(std::count_if(parts.begin(), parts.end(), [](const Part& part) { return !part.done; }));
}

Plan make_plan(const ImageList& images, const std::vector<PartFile>& committed, const ReadPartRecord& read_record,
               const PlanOptions& options) {
  const std::vector<PartFile> usable = options.fresh ? std::vector<PartFile>() : committed;
  std::vector<Part> parts = cut(images, options);
  Plan plan = explain_all(parts, usable) ? plan_as_first_run(std::move(parts), usable, options)
                                         : plan_around_committed(images, std::move(parts), usable, read_record, options);
  std::set<std::string> kept;
  for (const Part& part : plan.parts) kept.insert(part.file_key(options.compression, options.folder));
  for (const PartFile& file : committed) {
    if (!kept.contains(file.key)) plan.stale_files.push_back(file.key);
  }
  return plan;
}

}  // namespace coulis
