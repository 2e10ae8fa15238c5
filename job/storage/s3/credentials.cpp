#include "job/storage/s3/credentials.hpp"

#include <arrow/filesystem/s3fs.h>

#include "core/base/error.hpp"
#include "job/storage/s3/assumed_role.hpp"

namespace coulis::s3 {
namespace {

constexpr std::chrono::seconds kTrusted{30};  // a role's credentials are renewed minutes before they expire

// Without the second call a process may abort when it exits.
struct Sdk {
  Sdk() {
    if (const arrow::Status status = arrow::fs::EnsureS3Initialized(); !status.ok()) throw Error(ErrorCode::kStorage, status.message());
  }
  ~Sdk() { (void)arrow::fs::EnsureS3Finalized(); }
  Sdk(const Sdk&) = delete;
  Sdk& operator=(const Sdk&) = delete;
};

}  // namespace

CredentialChain::CredentialChain(std::string region) : region_(std::move(region)) {}
CredentialChain::~CredentialChain() = default;

Credentials CredentialChain::ask_chain() {
  static const Sdk sdk;
  if (!chain_) chain_ = std::make_unique<arrow::fs::S3Options>(arrow::fs::S3Options::Defaults());
  Credentials found;
  do {  // three questions: the chain may renew between them
    found = {chain_->GetAccessKey(), chain_->GetSecretKey(), chain_->GetSessionToken()};
  } while (found.access_key != chain_->GetAccessKey());
  if (found.access_key.empty() || found.secret_key.empty()) {
    throw Error(ErrorCode::kStorage, "no AWS credentials were found: not in the environment, the profile files, or a role of this machine",
                "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or run `aws configure`; a public bucket needs none "
                "with --no-sign-request");
  }
  return found;
}

Credentials CredentialChain::ask() {
  if (!profile_assumes_role()) return ask_chain();
  if (of_role_.access_key.empty()) of_role_ = assume_role_of_profile(region_, [this] { return ask_chain(); });
  return of_role_;
}

Credentials CredentialChain::current() {
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (known_.access_key.empty() || now - known_since_ > kTrusted) {
    known_ = ask();
    known_since_ = now;
  }
  return known_;
}

bool CredentialChain::renew(const Credentials& used) {
  const std::lock_guard lock(mutex_);
  if (known_ != used) return true;  // another thread was faster
  chain_.reset();
  of_role_ = {};
  known_ = ask();
  known_since_ = std::chrono::steady_clock::now();
  return known_ != used;
}

}  // namespace coulis::s3
