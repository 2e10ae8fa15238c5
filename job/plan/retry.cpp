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

// Codes that do not depend on a photo's bytes. A photo that
// kills its worker is not retried: its bytes may be the cause.
constexpr std::array kOfReading = {FailureCode::kUnreadable, FailureCode::kVanished, FailureCode::kChanged};

bool is_of_reading(std::string_view code) {
  return std::any_of(kOfReading.begin(), kOfReading.end(), [&](FailureCode each) { return code == to_string(each); });
}

// A broken link has no size and no time. Once it leads to a photo, it has them, which counts as a change.
std::int64_t count_unread(const PartRecord& record) {
  return std::count_if(record.failures.begin(), record.failures.end(), [&](const FailedImage& failure) {
    const bool leads_nowhere = failure.code == to_string(FailureCode::kVanished) && !record.images.at(failure.index).seen();
    return is_of_reading(failure.code) && !leads_nowhere;
  });
}

// Is there a word in `formats` that is not in `earlier`? Both are lists with blanks between the words.
bool has_new_format(std::string_view formats, std::string_view earlier) {
  const std::string known = fmt::format(" {} ", earlier);
  for (std::size_t at = 0; at < formats.size();) {
    const std::size_t end = std::min(formats.find(' ', at), formats.size());
    if (known.find(fmt::format(" {} ", formats.substr(at, end - at))) == std::string::npos) return true;
    at = end + 1;
  }
  return false;
}

// Why a part with this record must be recomputed; empty if it need not.
std::string reason_to_retry(const PartRecord& record, std::string_view formats) {
  if (const std::int64_t unread = count_unread(record); unread > 0) return fmt::format("{} could not be read", unread);
  const std::size_t unsupported = count_failures(record, FailureCode::kUnsupported);
  if (unsupported == 0 || !has_new_format(formats, record.formats)) return "";
  return fmt::format("{} in a format that was not supported before", unsupported);
}

}  // namespace

bool may_retry(const Manifest& earlier) {
  return std::any_of(earlier.failed_by_code.begin(), earlier.failed_by_code.end(), [](const auto& code_and_count) {
    return is_of_reading(code_and_count.first) || code_and_count.first == to_string(FailureCode::kUnsupported);
  });
}

void plan_retries(Plan& plan, const std::vector<ManifestPart>& earlier, std::string_view formats, const ReadPartRecord& read_record) {
  std::unordered_map<std::string, const ManifestPart*> with_failures;  // by fingerprint
  for (const ManifestPart& part : earlier) {
    if (part.failed > 0) with_failures.emplace(part.fingerprint, &part);
  }
  for (Part& part : plan.parts) {
    const auto found = with_failures.find(part.fingerprint);
    if (!part.done || found == with_failures.end()) continue;
    const std::string reason = reason_to_retry(read_record(features_file(*found->second)), formats);
    if (reason.empty()) continue;
    part.done = false;
    part.reason = reason;
  }
}

bool has_unread(const PartRecord& record) {
  return count_unread(record) > 0;
}

void remove_parts_to_retry(const Location& output, const ReadPartRecord& read_record) {
  for (const PartFile& file : list_part_files(output, kFeaturesFolder)) {
    if (has_unread(read_record(file))) output.remove(file.key);
  }
}

}  // namespace coulis
