// Credentials as all AWS tools find them: environment, profile files, web identity, single sign-on, container role, instance role.
// The chain is that of the AWS SDK inside Arrow.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>

#include "job/storage/s3/signature.hpp"

namespace arrow::fs {
struct S3Options;
}

namespace coulis::s3 {

// Thread-safe.
class CredentialChain {
 public:
  CredentialChain();
  ~CredentialChain();
  CredentialChain(const CredentialChain&) = delete;
  CredentialChain& operator=(const CredentialChain&) = delete;

  Credentials current();  // throws Error(kStorage) if there are none

  // The server has refused `used`: looks at every source again. False if they hold nothing else.
  bool renew(const Credentials& used);

 private:
  Credentials ask_chain();

  std::mutex mutex_;
  std::unique_ptr<arrow::fs::S3Options> chain_;  // null: to be set up
  Credentials known_;
  std::chrono::steady_clock::time_point known_since_;
};

}  // namespace coulis::s3
