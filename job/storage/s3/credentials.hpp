// Credentials as all AWS tools find them: environment, profile files, web identity, single sign-on, container role, instance role.
// The chain is that of the AWS SDK inside Arrow, which has no profiles that assume a role.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>

#include "job/storage/s3/signature.hpp"

namespace arrow::fs {
struct S3Options;
}

namespace coulis::s3 {

// Thread-safe.
class CredentialChain {
 public:
  explicit CredentialChain(std::string region);  // of STS
  ~CredentialChain();
  CredentialChain(const CredentialChain&) = delete;
  CredentialChain& operator=(const CredentialChain&) = delete;

  Credentials current();  // throws Error(kStorage) if there are none

  // The server has refused `used`: looks at every source again. False if they hold nothing else.
  bool renew(const Credentials& used);

 private:
  Credentials ask();
  Credentials ask_chain();

  std::string region_;
  std::mutex mutex_;
  std::unique_ptr<arrow::fs::S3Options> chain_;  // null: to be set up
  Credentials of_role_;                          // empty: to be assumed
  Credentials known_;
  std::chrono::steady_clock::time_point known_since_;
};

}  // namespace coulis::s3
