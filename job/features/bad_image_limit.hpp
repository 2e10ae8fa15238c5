// BadImageLimit: how many bad images a run may have, and the error when there are more.
#pragma once

#include <cstdint>
#include <string_view>

#include "job/features/options.hpp"

namespace coulis {

class BadImageLimit {
 public:
  BadImageLimit(const FeatureOptions& options, std::uint64_t listed);

  bool allows(std::uint64_t bad) const { return bad <= allowed_; }

  // Throws Error(kTooManyBad) if `bad` images are more than allowed; the others describe the last of them.
  void check(std::uint64_t bad, std::string_view path, std::string_view code, std::string_view message) const;

 private:
  OnBad on_bad_;
  std::uint64_t listed_;
  std::uint64_t allowed_;
};

}  // namespace coulis
