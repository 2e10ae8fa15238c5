#include "job/listing/passed_over.hpp"

#include <fmt/format.h>

#include "core/base/counted.hpp"
#include "job/storage/location.hpp"

namespace coulis {
namespace {

void note_example(PassedOver::Count& count, std::string_view key) {
  if (count.example.empty() || key < count.example) count.example = printable(key);  // the same, whatever the order of the listing
}

std::string_view words_for(Reason reason) {
  switch (reason) {
    case Reason::kEnding: return "by ending";
    case Reason::kInclude: return "by --include";
    case Reason::kExclude: return "by --exclude";
    case Reason::kDefaultExclude: return "that systems and programs keep beside photos";
    case Reason::kCoulis: return "that coulis has written";
    case Reason::kSpecial: return "by kind: pipe, socket or device";
  }
  return "";
}

}  // namespace

void PassedOver::add_file(Reason reason, std::string_view key) {
  Count& count = by_reason.at(static_cast<std::size_t>(reason));
  ++count.files;
  note_example(count, key);
}

void PassedOver::add_folder(Reason reason, std::string_view key) {
  Count& count = by_reason.at(static_cast<std::size_t>(reason));
  ++count.folders;
  note_example(count, key);
}

std::uint64_t PassedOver::total() const {
  std::uint64_t sum = 0;
  for (const Count& count : by_reason) sum += count.files + count.folders;
  return sum;
}

std::vector<std::string> describe(const PassedOver& passed_over) {
  std::vector<std::string> sentences;
  for (std::size_t i = 0; i < kReasons; ++i) {
    const PassedOver::Count& count = passed_over.by_reason.at(i);
    const std::uint64_t total = count.files + count.folders;
    if (total == 0) continue;
    const std::string files = count.files > 0 || count.folders == 0 ? counted(count.files, "file") : "";
    const std::string folders = count.folders > 0 ? counted(count.folders, "folder") : "";
    sentences.push_back(fmt::format("{}{}{} {} ({}{})", files, files.empty() || folders.empty() ? "" : " and ", folders,
                                    words_for(static_cast<Reason>(i)), total > 1 ? "such as " : "", count.example));
  }
  return sentences;
}

std::string describe_in_a_line(const PassedOver& passed_over) {
  return passed_over.total() == 0 ? "no other files" : fmt::format("{}", fmt::join(describe(passed_over), ", "));
}

}  // namespace coulis
