#include "job/storage/s3/assumed_role.hpp"

#include <fmt/format.h>

#include <ctime>
#include <pugixml.hpp>

#include "core/base/error.hpp"
#include "job/storage/location.hpp"
#include "job/storage/s3/endpoint.hpp"
#include "job/storage/s3/http.hpp"
#include "job/storage/s3/profile.hpp"

namespace coulis::s3 {
namespace {

constexpr int kLongestChain = 8;  // of profiles that each name the next one
constexpr const char* kByTheTools = "let the AWS tools do it, then run again: eval \"$(aws configure export-credentials --format env)\"";

Error cannot_follow(const std::string& profile, const std::string& why) {
  return {ErrorCode::kStorage, fmt::format("the profile '{}' assumes a role, {}", printable(profile), why), kByTheTools};
}

Query make_question(const std::string& profile) {
  Query question = {{"Action", "AssumeRole"}, {"Version", "2011-06-15"}, {"RoleArn", profile_setting(profile, "role_arn")}};
  question.emplace_back("RoleSessionName", first_of({profile_setting(profile, "role_session_name"), "coulis"}));
  const std::string seconds = profile_setting(profile, "duration_seconds");
  const std::string external_id = profile_setting(profile, "external_id");
  if (!seconds.empty()) question.emplace_back("DurationSeconds", seconds);
  if (!external_id.empty()) question.emplace_back("ExternalId", external_id);
  return question;
}

HttpReply ask_sts(const Query& question, const Credentials& source, const std::string& region) {
  const Endpoint endpoint = find_sts_endpoint(region);
  const std::string body = canonical_query(question);  // form data
  const auto bytes = std::as_bytes(std::span(body));
  HttpRequest request;
  request.method = "POST";
  request.url = endpoint.url() + "/";
  request.headers = sign({"POST", endpoint.host, endpoint.path + "/", "", {}, bytes, "sts"}, source, region, std::time(nullptr));
  request.headers.emplace_back("Content-Type: application/x-www-form-urlencoded");
  request.body = bytes;
  return HttpClient().send(request);
}

Credentials read_answer(const HttpReply& reply, const std::string& profile) {
  pugi::xml_document document;
  document.load_buffer(reply.body.data(), reply.body.size());
  const pugi::xml_node given = document.child("AssumeRoleResponse").child("AssumeRoleResult").child("Credentials");
  if (!reply.ok() || !given) {
    const pugi::xml_node error = document.child("ErrorResponse").child("Error");
    const std::string said = error ? fmt::format("{}: {}", error.child_value("Code"), error.child_value("Message"))
                                   : first_of({reply.error, fmt::format("status {}", reply.status)});
    throw Error(ErrorCode::kStorage,
                fmt::format("the role {} of the profile '{}' is not given: {}", printable(profile_setting(profile, "role_arn")),
                            printable(profile), printable_sentence(said)),
                reply.status == 0 ? "check the network, and the address in AWS_ENDPOINT_URL_STS if it is set"
                                  : "check who may assume it; `aws sts get-caller-identity` asks the same");
  }
  return {given.child_value("AccessKeyId"), given.child_value("SecretAccessKey"), given.child_value("SessionToken")};
}

Credentials assume(const std::string& profile, const std::string& region, const std::function<Credentials()>& ask_machine, int depth) {
  if (!profile_setting(profile, "mfa_serial").empty())
    throw cannot_follow(profile, "with a one-time code (mfa_serial), which cannot be asked for");
  const std::string source_profile = profile_setting(profile, "source_profile");
  const std::string machine = profile_setting(profile, "credential_source");
  Credentials source{profile_setting(source_profile, "aws_access_key_id"), profile_setting(source_profile, "aws_secret_access_key"),
                     profile_setting(source_profile, "aws_session_token")};
  const bool chained = source_profile != profile && !profile_setting(source_profile, "role_arn").empty();
  if (chained && depth < kLongestChain) {
    source = assume(source_profile, region, ask_machine, depth + 1);
  } else if (machine == "EcsContainer" || machine == "Ec2InstanceMetadata") {
    source = ask_machine();
  }
  if (source.access_key.empty() || source.secret_key.empty())
    throw cannot_follow(profile, fmt::format("and its source_profile '{}' holds no keys", printable(source_profile)));
  return read_answer(ask_sts(make_question(profile), source, region), profile);
}

}  // namespace

bool profile_assumes_role() {
  const std::string profile = profile_in_use();
  return environment("AWS_ACCESS_KEY_ID").empty() && !profile_setting(profile, "role_arn").empty() &&
         profile_setting(profile, "web_identity_token_file").empty();  // the chain knows that one
}

Credentials assume_role_of_profile(const std::string& region, const std::function<Credentials()>& ask_machine) {
  return assume(profile_in_use(), region, ask_machine, 1);
}

}  // namespace coulis::s3
