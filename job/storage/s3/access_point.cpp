#include "job/storage/s3/access_point.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <vector>

#include "core/base/error.hpp"
#include "job/storage/location.hpp"

namespace coulis::s3 {
namespace {

constexpr const char* kSpelling = "write s3://arn:aws:s3:REGION:ACCOUNT:accesspoint/NAME/prefix";
constexpr std::size_t kFieldsBeforeResource = 5;  // "arn", partition, service, region, account
constexpr std::size_t kFields = 7;                // and "accesspoint", name
constexpr std::size_t kFieldsOnOutpost = 9;       // and "outpost", its id, "accesspoint", name

// Of an ARN: "arn", "aws", "s3", "eu-west-3", "123456789012", and the words of the resource, which '/' or ':' parts.
std::vector<std::string> fields_of(std::string_view arn) {
  std::vector<std::string> fields(1);
  for (const char c : arn) {
    const bool in_resource = fields.size() > kFieldsBeforeResource;
    if (c == ':' || (c == '/' && in_resource)) {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  return fields;
}

bool is_label(const std::string& text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::islower(c) || std::isdigit(c) || c == '-'; });
}

Error refuse(const std::string& bucket, const char* why, const char* remedy) {
  return {ErrorCode::kUsage, fmt::format("{}: {}", printable(bucket), why), remedy};
}

void refuse_other_protocols(const std::string& bucket) {
  if (bucket.ends_with(".mrap"))
    throw refuse(bucket, "multi-Region access points are not supported", "name the bucket, or an access point of one region");
  if (bucket.ends_with("--x-s3"))
    throw refuse(bucket, "directory buckets (S3 Express) are not supported", "copy to a general purpose bucket");
  if (bucket.ends_with("--op-s3")) throw refuse(bucket, "aliases of access points on Outposts are not supported", "name it by its ARN");
}

}  // namespace

std::string_view bucket_in(std::string_view path) {
  if (!path.starts_with("arn:")) return path.substr(0, path.find('/'));
  const std::size_t wanted = path.find(":s3-outposts:") == std::string_view::npos ? kFields : kFieldsOnOutpost;
  std::size_t fields = 1;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '/' && fields == wanted) return path.substr(0, i);
    if (path[i] == ':' || (path[i] == '/' && fields > kFieldsBeforeResource)) ++fields;
  }
  return path;
}

std::optional<AccessPoint> maybe_access_point(const std::string& bucket) {
  refuse_other_protocols(bucket);
  if (!bucket.starts_with("arn:")) return std::nullopt;
  const std::vector<std::string> fields = fields_of(bucket);
  const bool on_outpost =
      fields.size() == kFieldsOnOutpost && fields[2] == "s3-outposts" && fields[5] == "outpost" && fields[7] == "accesspoint";
  const bool plain = fields.size() == kFields && (fields[2] == "s3" || fields[2] == "s3-object-lambda") && fields[5] == "accesspoint";
  if (!on_outpost && !plain) throw refuse(bucket, "this ARN is not that of an access point", kSpelling);
  if (fields[3].empty()) throw refuse(bucket, "multi-Region access points are not supported", "name an access point of one region");
  const std::string& region = fields[3];
  const std::string& account = fields[4];
  const std::string& name = fields.back();
  if (!is_label(region) || !is_label(account) || !is_label(name) || (on_outpost && !is_label(fields[6])))
    throw refuse(bucket, "the ARN of an access point has a region, an account and a name of a-z, 0-9 and '-'", kSpelling);
  if (on_outpost) return AccessPoint{fmt::format("{}-{}.{}", name, account, fields[6]), "s3-outposts", "s3-outposts", region};
  return AccessPoint{fmt::format("{}-{}", name, account), fields[2] == "s3" ? "s3-accesspoint" : fields[2], fields[2], region};
}

}  // namespace coulis::s3
