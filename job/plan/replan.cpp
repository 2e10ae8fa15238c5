#include "job/plan/replan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "job/plan/cut.hpp"
#include "job/plan/fingerprint.hpp"
#include "job/plan/members.hpp"

namespace coulis {
namespace {

// Of the files of one number, the one to keep: one whose members have not changed, if there is one.
std::vector<bool> choose(const Members& members, const ImageList& images) {
  const std::vector<Candidate>& candidates = members.candidates;
  std::vector<bool> listed(candidates.size(), false);
  std::vector<bool> changed(candidates.size(), false);
  compare(images, members.images, [&](const ImageRef* maybe_listed, std::span<const ImageRef> of_key) {
    for (const ImageRef& member : of_key) {
      const std::size_t i = candidate_of(member);
      if (maybe_listed != nullptr) listed[i] = true;
      if (maybe_listed == nullptr || !same_image(*maybe_listed, member)) changed[i] = true;
    }
  });
  std::map<std::uint64_t, std::size_t> best;  // by number
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (!listed[i]) continue;
    const auto [found, is_new] = best.emplace(candidates[i].file.number, i);
    if (!is_new && changed[found->second] && !changed[i]) found->second = i;
  }
  std::vector<bool> chosen(candidates.size(), false);
  for (const auto& [number, i] : best) chosen[i] = true;
  return chosen;
}

struct Names {
  std::size_t count = 0;
  std::string first;

  void add(const std::string& name) {
    if (count++ == 0) first = name;
  }
  std::string describe(std::string_view what) const {
    std::string text = fmt::format("{} {}: {}", count, what, printable(first));
    if (count > 1) text += fmt::format(" and {} more", count - 1);
    return text;
  }
};

// The listed images of one committed part, while keys go by.
struct OpenPart {
  std::vector<ImageRef> images;
  std::size_t first_listed = 0;  // the index of the first of them in the listing
  bool adjacent = true;          // in the listing
  std::size_t seen = 0;          // members, listed or not
  Names changed;
  Names removed;
};

// Assigns the listed images to the parts that hold them. An image in two parts goes to the one with the lower number.
class Assignment {
 public:
  Assignment(const ImageList& images, const Members& members, const PlanOptions& options)
      : images_(images),
        members_(members),
        options_(options),
        chosen_(choose(members, images)),
        carried_(options.images_in_memory),
        rest_(options.images_in_memory) {}

  void visit(const ImageRef* maybe_listed, std::span<const ImageRef> of_key) {
    const Candidate* owner = maybe_listed == nullptr ? nullptr : owner_among(of_key);
    for (const ImageRef& member : of_key) {
      const std::size_t i = candidate_of(member);
      if (!chosen_[i]) continue;
      OpenPart& part = open_[i];
      if (&members_.candidates[i] == owner) {
        add(*maybe_listed, member, part);
      } else {
        part.removed.add(member.key);
      }
      if (++part.seen == members_.candidates[i].members) close(i);
    }
    if (maybe_listed != nullptr && owner == nullptr) rest_.add(*maybe_listed);
    if (maybe_listed != nullptr) ++index_;
  }

  struct Result {
    std::vector<Part> parts;  // by number
    ImageList rest;
  };
  Result result() && {
    const ImageList carried = std::move(carried_).list();
    for (const Scattered& each : scattered_) parts_[each.part].images = carried.slice(each.first, each.count);
    std::sort(parts_.begin(), parts_.end(), [](const Part& a, const Part& b) { return a.number < b.number; });
    return {std::move(parts_), std::move(rest_).list()};
  }

 private:
  const Candidate* owner_among(std::span<const ImageRef> of_key) const {
    const Candidate* owner = nullptr;
    for (const ImageRef& member : of_key) {
      const Candidate& candidate = members_.candidates[candidate_of(member)];
      if (chosen_[candidate_of(member)] && (owner == nullptr || candidate.file.number < owner->file.number)) owner = &candidate;
    }
    return owner;
  }

  void add(const ImageRef& listed, const ImageRef& member, OpenPart& part) const {
    if (part.images.empty()) part.first_listed = index_;
    part.adjacent &= part.first_listed + part.images.size() == index_;
    if (!same_image(listed, member)) part.changed.add(listed.key);
    part.images.push_back(listed);
  }

  // All its members have gone by.
  void close(std::size_t i) {
    OpenPart open = std::move(open_.extract(i).mapped());
    if (open.images.empty()) return;
    const PartFile& file = members_.candidates[i].file;
    Part part;
    part.number = file.number;
    if (open.adjacent) {
      part.images = images_.slice(open.first_listed, open.images.size());
    } else {
      scattered_.push_back({parts_.size(), carried_.size(), open.images.size()});
      for (const ImageRef& image : open.images) carried_.add(image);
    }
    part.fingerprint = fingerprint_of(options_.settings, std::move(open.images));
    part.done = part.fingerprint == file.fingerprint;
    if (open.changed.count > 0) part.reason = open.changed.describe("changed");
    if (open.removed.count > 0) part.reason += (part.reason.empty() ? "" : "; ") + open.removed.describe("removed");
    parts_.push_back(std::move(part));
  }

  const ImageList& images_;
  const Members& members_;
  const PlanOptions& options_;
  std::vector<bool> chosen_;
  std::size_t index_ = 0;                 // in the listing
  std::map<std::size_t, OpenPart> open_;  // by candidate
  std::vector<Part> parts_;
  struct Scattered {
    std::size_t part;   // in parts_
    std::size_t first;  // in carried_
    std::size_t count;
  };
  std::vector<Scattered> scattered_;  // parts whose images are not adjacent in the listing
  ImageListBuilder carried_;          // their images
  ImageListBuilder rest_;
};

}  // namespace

Plan plan_around_committed(const ImageList& images, std::vector<Part> first_run, const std::vector<PartFile>& committed,
                           const ReadPartRecord& read_record, const PlanOptions& options) {
  const Members members = read_members(committed, read_record, options);
  Assignment assignment(images, members, options);
  compare(images, members.images,
          [&](const ImageRef* maybe_listed, std::span<const ImageRef> of_key) { assignment.visit(maybe_listed, of_key); });
  auto [parts, rest] = std::move(assignment).result();
  Plan plan{std::move(parts), {}};
  std::vector<Part> new_parts = plan.parts.empty() ? std::move(first_run) : cut(rest, options);
  append_new_parts(plan.parts, std::move(new_parts), members.settings_changed ? "the model or an option changed" : "new");
  return plan;
}

}  // namespace coulis
