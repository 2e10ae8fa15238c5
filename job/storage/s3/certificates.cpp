#include "job/storage/s3/certificates.hpp"

#include <unistd.h>

#include <cstdlib>

namespace coulis::s3 {

const char* maybe_certificates(std::span<const char* const> files) {
  if (const char* bundle = std::getenv("AWS_CA_BUNDLE")) return bundle;  // NOLINT(concurrency-mt-unsafe)
  for (const char* file : files) {
    if (access(file, R_OK) == 0) return file;
  }
  return nullptr;
}

}  // namespace coulis::s3
