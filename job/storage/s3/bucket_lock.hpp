// The lock of a bucket's prefix: an object that only one run can create, renewed while the run lives.
#pragma once

#include <memory>
#include <string>

#include "job/storage/s3/client.hpp"
#include "job/storage/store.hpp"

namespace coulis::s3 {

// A lock whose process is dead, if it was one of this machine, or that was not renewed for two minutes, is taken over.
// Throws Error(kRunFailed) naming who holds it, Error(kStorage).
std::unique_ptr<HeldLock> lock_bucket(std::shared_ptr<S3Client> client, const std::string& prefix, const std::string& place);

}  // namespace coulis::s3
