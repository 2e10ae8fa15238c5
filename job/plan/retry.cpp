#include "job/plan/retry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/base/failure.hpp"

namespace coulis {
namespace {

// Codes that say nothing of a photo's bytes. A photo that kills its worker is not tried again: it may be its bytes that do.
constexpr std::array kOfReading = {FailureCode::kUnreadable, FailureCode::kVanished, FailureCode::kChanged};

bool is_of_reading(std::string_view code) {
  return std::any_of(kOfReading.begin(), kOfReading.end(), [&](FailureCode each) { return code == to_string(each); });
}

// A link that leads nowhere has no size and no time. Once it leads to a photo, it has, and that is a change.
std::int64_t count_unread(const PartRecord& record) {
  return std::count_if(record.failures.begin(), record.failures.end(), [&](const FailedImage& failure) {
    const bool leads_nowhere = failure.code == to_string(FailureCode::kVanished) && !record.images.at(failure.index).seen();
    return is_of_reading(failure.code) && !leads_nowhere;
  });
}

}  // namespace

void plan_retries(Plan& plan, const Manifest& earlier, const ReadPartRecord& read_record) {
  const auto& codes = earlier.failed_by_code;
  if (std::none_of(codes.begin(), codes.end(), [](const auto& code_and_count) { return is_of_reading(code_and_count.first); })) return;
  std::unordered_map<std::string, const ManifestPart*> with_failures;  // by fingerprint
  for (const ManifestPart& part : earlier.parts) {
    if (part.failed > 0) with_failures.emplace(part.fingerprint, &part);
  }
  for (Part& part : plan.parts) {
    const auto found = with_failures.find(part.fingerprint);
    if (!part.done || found == with_failures.end()) continue;
    const std::int64_t count = count_unread(read_record({part.number, part.fingerprint, found->second->features.key}));
    if (count == 0) continue;
    part.done = false;
    part.reason = fmt::format("{} could not be read", count);
  }
}

void remove_parts_to_retry(const Location& output, const ReadPartRecord& read_record) {
  for (const PartFile& file : list_part_files(output, kFeaturesFolder)) {
    if (count_unread(read_record(file)) > 0) output.remove(file.key);
  }
}

}  // namespace coulis
