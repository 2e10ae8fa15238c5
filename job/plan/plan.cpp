#include "job/plan/plan.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "job/threads/workers.hpp"

namespace coulis {
namespace {

constexpr std::size_t kFingerprintDigits = 32;
constexpr std::array<std::string_view, 2> kCompressions = {"snappy", "zstd"};

// Accepts exactly the names that part_file_name() gives: a file with another name is not ours.
std::optional<PartFile> parse_part_file(std::string_view folder, const std::string& key) {
  const std::string_view prefix = "part-";
  std::string_view name = key;
  name.remove_prefix(folder.size() + 1);
  const std::string_view whole_name = name;
  if (!name.starts_with(prefix)) return std::nullopt;
  name.remove_prefix(prefix.size());
  PartFile file;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), file.number);
  if (error != std::errc() || end == name.data() + name.size()) return std::nullopt;
  name.remove_prefix(static_cast<std::size_t>(end - name.data()) + 1);
  file.fingerprint = name.substr(0, kFingerprintDigits);
  if (file.fingerprint.find_first_not_of("0123456789abcdef") != std::string::npos) return std::nullopt;
  file.key = key;
  const bool ours = std::any_of(kCompressions.begin(), kCompressions.end(), [&](std::string_view compression) {
    return whole_name == part_file_name(file.number, file.fingerprint, compression);
  });
  return ours && file.fingerprint.size() == kFingerprintDigits ? std::optional(file) : std::nullopt;
}

using Images = std::vector<ImageRef>;

// An object that is rewritten with the same bytes keeps its ETag. A file has only its time.
std::string version_of(const ImageRef& image) {
  return image.etag.empty() ? fmt::format("{}", image.mtime_ns) : image.etag;
}

std::string hash_images(const std::string& settings, std::span<const ImageRef> images) {
  const std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state(XXH3_createState(), XXH3_freeState);
  XXH3_128bits_reset(state.get());
  const auto add = [&](std::string_view text) {
    XXH3_128bits_update(state.get(), text.data(), text.size());
    XXH3_128bits_update(state.get(), "", 1);  // the terminating zero, so that different lists of fields differ
  };
  add(settings);
  for (const ImageRef& image : images) {
    add(image.key);
    add(fmt::format("{} {}{}", image.size_bytes, version_of(image), image.label ? " " + printable(*image.label) : ""));
  }
  const XXH128_hash_t hash = XXH3_128bits_digest(state.get());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

Part make_part(std::uint64_t number, Images images, const std::string& settings) {
  Part part;
  part.number = number;
  part.fingerprint = hash_images(settings, images);
  part.images = std::move(images);
  return part;
}

// The end of a part that begins with image `first`: one past its last image. A part has at least one image.
std::size_t end_of_part(const std::vector<ImageRef>& images, std::size_t first, const PlanOptions& options) {
  if (options.bytes_per_part == 0) return std::min(first + static_cast<std::size_t>(options.images_per_part), images.size());
  constexpr std::uint64_t kHeaders = 1024;  // a header of 512 bytes, and on average half a block after the photo
  std::uint64_t bytes = images[first].size_bytes + kHeaders;
  std::size_t last = first + 1;
  while (last < images.size() && bytes + images[last].size_bytes + kHeaders <= options.bytes_per_part) {
    bytes += images[last++].size_bytes + kHeaders;
  }
  return last;
}

// Splits images (sorted) into parts with the free numbers, lowest first.
void append_new_parts(Plan& plan, Images images, const std::set<std::uint64_t>& taken, std::string_view reason,
                      const PlanOptions& options) {
  std::uint64_t number = 0;
  for (std::size_t first = 0, last = 0; first < images.size(); first = last) {
    while (taken.contains(number)) ++number;
    last = end_of_part(images, first, options);
    const auto begin = std::make_move_iterator(images.begin() + static_cast<std::ptrdiff_t>(first));
    const auto end = std::make_move_iterator(images.begin() + static_cast<std::ptrdiff_t>(last));
    Part part = make_part(number++, {begin, end}, options.settings);
    part.reason = reason;
    plan.parts.push_back(std::move(part));
  }
}

std::string describe_names(const std::vector<std::string>& names, std::string_view what) {
  std::string text = fmt::format("{} {}: {}", names.size(), what, printable(names.front()));
  if (names.size() > 1) text += fmt::format(" and {} more", names.size() - 1);
  return text;
}

bool same_image(const ImageRef& a, const ImageRef& b) {
  const bool same_label = a.label == b.label || (a.label && b.label && *a.label == *b.label);
  return a.size_bytes == b.size_bytes && version_of(a) == version_of(b) && same_label;
}

// The images not yet assigned to a part, in which the members of committed parts are looked up.
class Unassigned {
 public:
  explicit Unassigned(const std::vector<ImageRef>& images) : images_(images), taken_(images.size(), false) {
    for (std::size_t i = 0; i < images.size(); ++i) index_.emplace(images[i].key, i);
  }

  const ImageRef* find(const std::string& key) const {
    const auto found = index_.find(key);
    return found == index_.end() || taken_[found->second] ? nullptr : &images_[found->second];
  }

  void take(const std::string& key) { taken_[index_.at(key)] = true; }

  std::vector<ImageRef> rest() const {
    std::vector<ImageRef> left;
    for (std::size_t i = 0; i < images_.size(); ++i) {
      if (!taken_[i]) left.push_back(images_[i]);
    }
    return left;
  }

 private:
  const std::vector<ImageRef>& images_;
  std::vector<bool> taken_;
  std::unordered_map<std::string_view, std::size_t> index_;
};

// The part of a committed file, with its members as they are listed now.
std::optional<Part> carry_over(const PartFile& file, const PartRecord& record, Unassigned& unassigned, const PlanOptions& options) {
  std::vector<ImageRef> images;
  std::vector<std::string> changed;
  std::vector<std::string> removed;
  for (const ImageRef& member : record.images) {
    const ImageRef* now = unassigned.find(member.key);
    if (now == nullptr) {
      removed.push_back(member.key);
      continue;
    }
    if (!same_image(*now, member)) changed.push_back(member.key);
    images.push_back(*now);
  }
  if (images.empty()) return std::nullopt;
  for (const ImageRef& image : images) unassigned.take(image.key);
  Part part = make_part(file.number, std::move(images), options.settings);
  part.done = part.fingerprint == file.fingerprint;
  if (!changed.empty()) part.reason = describe_names(changed, "changed");
  if (!removed.empty()) part.reason += (part.reason.empty() ? "" : "; ") + describe_names(removed, "removed");
  return part;
}

// Whether a first run on these images would write every committed file: the first run, a resumed one, or no change.
bool explains_all(const Images& images, const std::vector<PartFile>& committed, const PlanOptions& options) {
  std::vector<std::string> fingerprints;
  for (std::size_t first = 0, last = 0; !committed.empty() && first < images.size(); first = last) {
    last = end_of_part(images, first, options);
    fingerprints.push_back(hash_images(options.settings, std::span(images).subspan(first, last - first)));
  }
  return std::all_of(committed.begin(), committed.end(), [&](const PartFile& file) {
    return file.number < fingerprints.size() && fingerprints[file.number] == file.fingerprint;
  });
}

Plan plan_as_first_run(Images images, const std::vector<PartFile>& committed, const PlanOptions& options) {
  Plan plan;
  append_new_parts(plan, std::move(images), {}, options.fresh ? "--fresh" : "new", options);
  for (const PartFile& file : committed) {
    plan.parts[file.number].done = true;
    plan.parts[file.number].reason.clear();
  }
  return plan;
}

Plan plan_around_committed(const Images& images, const std::vector<PartFile>& committed, const ReadPartRecord& read_record,
                           const PlanOptions& options) {
  struct Candidate {
    PartFile file;
    PartRecord record;
    bool current;  // its members have not changed: preferred over another file of the same number
  };
  Unassigned unassigned(images);
  std::vector<Candidate> candidates;
  bool settings_changed = false;
  std::vector<PartRecord> records(committed.size());
  for_each_parallel(options.records_at_a_time, committed.size(), [&](std::size_t i) { records[i] = read_record(committed[i]); });
  for (std::size_t i = 0; i < committed.size(); ++i) {
    PartRecord& record = records[i];
    if (record.settings != options.settings) {  // none of it can be kept
      settings_changed = true;
      continue;
    }
    const bool current = std::all_of(record.images.begin(), record.images.end(), [&](const ImageRef& image) {
      const ImageRef* now = unassigned.find(image.key);
      return now != nullptr && same_image(*now, image);
    });
    candidates.push_back({committed[i], std::move(record), current});
  }
  std::stable_sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return std::pair(a.file.number, !a.current) < std::pair(b.file.number, !b.current);
  });
  Plan plan;
  std::set<std::uint64_t> taken;
  for (const Candidate& candidate : candidates) {
    if (taken.contains(candidate.file.number)) continue;
    std::optional<Part> part = carry_over(candidate.file, candidate.record, unassigned, options);
    if (!part) continue;
    taken.insert(part->number);
    plan.parts.push_back(std::move(*part));
  }
  append_new_parts(plan, unassigned.rest(), taken, settings_changed ? "the model or an option changed" : "new", options);
  std::sort(plan.parts.begin(), plan.parts.end(), [](const Part& a, const Part& b) { return a.number < b.number; });
  return plan;
}

}  // namespace

std::string part_file_name(std::uint64_t number, std::string_view fingerprint, std::string_view compression) {
  return fmt::format("part-{:05}-{}.{}.parquet", number, fingerprint, compression);
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

std::size_t Plan::parts_to_do() const {
  return static_cast<std::size_t>(std::count_if(parts.begin(), parts.end(), [](const Part& part) { return !part.done; }));
}

std::vector<PartFile> list_part_files(const Location& output, std::string_view folder) {
  std::vector<PartFile> files;
  output.list(folder, [&](const Entry& entry) {
    auto file = parse_part_file(folder, entry.key);
    if (!file) return;
    file->size_bytes = entry.size_bytes;
    files.push_back(std::move(*file));
  });
  std::sort(files.begin(), files.end(),
            [](const PartFile& a, const PartFile& b) { return std::tie(a.number, a.key) < std::tie(b.number, b.key); });
  return files;
}

std::vector<PartFile> list_unnamed_part_files(const Location& output, const Manifest& manifest) {
  std::set<std::string> named;
  for (const ManifestPart& part : manifest.parts) {
    named.insert({part.features.key, part.pca.key});
    if (part.maybe_thumbnails) named.insert(part.maybe_thumbnails->key);
  }
  std::vector<PartFile> others;
  for (const std::string_view folder : kPartFolders) {
    for (PartFile& file : list_part_files(output, folder)) {
      if (!named.contains(file.key)) others.push_back(std::move(file));
    }
  }
  return others;
}

std::string fingerprint_of(const std::string& settings, const std::vector<ImageRef>& images) {
  return hash_images(settings, images);
}

Plan make_plan(std::vector<ImageRef> images, const std::vector<PartFile>& committed, const ReadPartRecord& read_record,
               const PlanOptions& options) {
  const std::vector<PartFile> usable = options.fresh ? std::vector<PartFile>() : committed;
  Plan plan = explains_all(images, usable, options) ? plan_as_first_run(std::move(images), usable, options)
                                                    : plan_around_committed(images, usable, read_record, options);
  std::set<std::string> kept;
  for (const Part& part : plan.parts) kept.insert(part.file_key(options.compression, options.folder));
  for (const PartFile& file : committed) {
    if (!kept.contains(file.key)) plan.stale_files.push_back(file.key);
  }
  return plan;
}

}  // namespace coulis
