#include "job/plan/members.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "job/listing/image_sorter.hpp"
#include "job/threads/workers.hpp"

namespace coulis {
namespace {

// Goes through the members key by key.
class MemberGroups {
 public:
  explicit MemberGroups(const ImageList& members) : cursor_(members), next_(cursor_.next()) { advance(); }

  bool at_end() const { return count_ == 0; }
  const std::string& key() const { return group_.front().key; }
  std::span<const ImageRef> members() const { return {group_.data(), count_}; }

  void advance() {
    count_ = 0;
    while (next_ != nullptr && (count_ == 0 || next_->key == key())) {
      if (group_.size() == count_) group_.emplace_back();
      group_[count_++] = *next_;  // reuses the memory of an earlier group
      next_ = cursor_.next();
    }
  }

 private:
  ImageCursor cursor_;
  const ImageRef* next_;
  std::vector<ImageRef> group_;
  std::size_t count_ = 0;
};

}  // namespace

Members read_members(const std::vector<PartFile>& files, const ReadPartRecord& read_record, const PlanOptions& options) {
  std::mutex mutex;
  ImageSorter sorter(options.images_in_memory);
  std::vector<std::optional<std::size_t>> counts(files.size());  // nothing: other settings
  for_each_parallel(options.records_at_a_time, files.size(), [&](std::size_t i) {
    PartRecord record = read_record(files[i]);
    if (record.settings != options.settings) return;
    const auto part_file = std::make_shared<const Entry>(Entry{files[i].key});
    const std::lock_guard lock(mutex);
    counts[i] = record.images.size();
    for (ImageRef& image : record.images) {
      image.place = {.container = part_file, .offset = i};
      sorter.add(std::move(image));
    }
  });
  Members members;
  for (std::size_t i = 0; i < files.size(); ++i) members.candidates.push_back({files[i], counts[i].value_or(0)});
  members.settings_changed = std::any_of(counts.begin(), counts.end(), [](const auto& count) { return !count; });
  members.images = std::move(sorter).sorted();
  return members;
}

std::size_t candidate_of(const ImageRef& member) {
  return member.place.offset;
}

void compare(const ImageList& listed, const ImageList& members, const VisitKey& visit) {
  ImageCursor cursor(listed);
  MemberGroups groups(members);
  const ImageRef* image = cursor.next();
  while (image != nullptr || !groups.at_end()) {
    const bool alone = groups.at_end() || (image != nullptr && image->key < groups.key());
    const bool listed_now = image != nullptr && (alone || image->key == groups.key());
    visit(listed_now ? image : nullptr, alone ? std::span<const ImageRef>() : groups.members());
    if (!alone) groups.advance();
    if (listed_now) image = cursor.next();
  }
}

}  // namespace coulis
