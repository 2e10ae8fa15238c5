// The role that a profile assumes: role_arn with source_profile or credential_source.
// Sources: https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html
//          https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
#pragma once

#include <functional>
#include <string>

#include "job/storage/s3/signature.hpp"

namespace coulis::s3 {

bool profile_assumes_role();  // the one in use; not where the environment holds keys, which come first

// Those of the role, for an hour if the profile says nothing else. One request to STS. `ask_machine` gives the credentials of the container
// or the instance, for a `credential_source`. Throws Error(kStorage) if the profile cannot be followed, or the role is not given.
Credentials assume_role_of_profile(const std::string& region, const std::function<Credentials()>& ask_machine);

}  // namespace coulis::s3
