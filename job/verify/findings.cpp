#include "job/verify/findings.hpp"

#include <algorithm>
#include <utility>

#include "core/base/error.hpp"
#include "job/threads/workers.hpp"

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

void check_each(std::size_t count, int threads, Progress& progress, Findings& findings, const std::function<void(std::size_t)>& check) {
  progress.begin("verify", count);
  for_each_parallel(threads, count, [&](std::size_t i) {
    try {
      check(i);
    } catch (const Error& e) {
      findings.problem(e.what());
    }
    progress.advance(1, 0);
  });
  progress.end();
}

}  // namespace coulis
