// WithoutPrivileges: for a while, the effective user is nobody, so that permissions count in a test run by root.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

#include "tests/job/temporary_folder.hpp"

namespace coulis {

class WithoutPrivileges {
 public:
  explicit WithoutPrivileges(const TemporaryFolder& folder) : before_(geteuid()) {
    chmod(folder.path().c_str(), 0755);
    if (before_ == 0 && seteuid(kNobody) != 0) throw std::runtime_error("root cannot become nobody");
  }
  ~WithoutPrivileges() {
    if (seteuid(before_) != 0) std::abort();
  }
  WithoutPrivileges(const WithoutPrivileges&) = delete;
  WithoutPrivileges& operator=(const WithoutPrivileges&) = delete;

 private:
  static constexpr uid_t kNobody = 65534;
  uid_t before_;
};

}  // namespace coulis
