#include "job/plan/retry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <unordered_map>

#include "core/base/failure.hpp"

namespace coulis {

void plan_retries(Plan& plan, const Manifest& earlier, const std::function<PartRecord(const PartFile&)>& read_record) {
  const std::string unreadable(to_string(FailureCode::kUnreadable));
  if (!earlier.failed_by_code.contains(unreadable)) return;
  std::unordered_map<std::string, const ManifestPart*> with_failures;  // by fingerprint
  for (const ManifestPart& part : earlier.parts) {
    if (part.failed > 0) with_failures.emplace(part.fingerprint, &part);
  }
  for (Part& part : plan.parts) {
    const auto found = with_failures.find(part.fingerprint);
    if (!part.done || found == with_failures.end()) continue;
    const PartRecord record = read_record({part.number, part.fingerprint, found->second->features.key});
    const auto count = std::count_if(record.failures.begin(), record.failures.end(),
                                     [&](const FailedImage& failure) { return failure.code == unreadable; });
    if (count == 0) continue;
    part.done = false;
    part.reason = fmt::format("{} could not be read", count);
  }
}

}  // namespace coulis
