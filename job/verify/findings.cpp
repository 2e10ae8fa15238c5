#include "job/verify/findings.hpp"

#include <algorithm>
#include <utility>

namespace coulis {

void Findings::problem(const std::string& sentence) {
  const std::lock_guard lock(mutex_);
  verification_.problems.push_back(printable_sentence(sentence));  // a damaged file may be quoted in it
}

void Findings::count(std::uint64_t files, std::uint64_t rows) {
  const std::lock_guard lock(mutex_);
  verification_.files += files;
  verification_.rows += rows;
}

Verification Findings::take() {
  std::sort(verification_.problems.begin(), verification_.problems.end());
  return std::move(verification_);
}

}  // namespace coulis
