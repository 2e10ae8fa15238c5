#include "job/plan/retry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <unordered_map>

#include "core/base/failure.hpp"

namespace coulis {

namespace {

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

// Why a part with this record is to do; empty if it is not.
std::string reason_to_retry(const PartRecord& record, std::string_view formats) {
  const std::size_t unreadable = count_failures(record, FailureCode::kUnreadable);
  if (unreadable > 0) return fmt::format("{} could not be read", unreadable);
  const std::size_t unsupported = count_failures(record, FailureCode::kUnsupported);
  if (unsupported == 0 || !has_new_format(formats, record.formats)) return "";
  return fmt::format("{} of a format that was not supported before", unsupported);
}

}  // namespace

void plan_retries(Plan& plan, const Manifest& earlier, std::string_view formats,
                  const std::function<PartRecord(const PartFile&)>& read_record) {
  const auto has_failed_by = [&](FailureCode code) { return earlier.failed_by_code.contains(std::string(to_string(code))); };
  if (!has_failed_by(FailureCode::kUnreadable) && !has_failed_by(FailureCode::kUnsupported)) return;
  std::unordered_map<std::string, const ManifestPart*> with_failures;  // by fingerprint
  for (const ManifestPart& part : earlier.parts) {
    if (part.failed > 0) with_failures.emplace(part.fingerprint, &part);
  }
  for (Part& part : plan.parts) {
    const auto found = with_failures.find(part.fingerprint);
    if (!part.done || found == with_failures.end()) continue;
    const std::string reason = reason_to_retry(read_record({part.number, part.fingerprint, found->second->features.key}), formats);
    if (reason.empty()) continue;
    part.done = false;
    part.reason = reason;
  }
}

}  // namespace coulis
