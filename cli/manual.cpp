#include "cli/manual.hpp"

#include <fmt/format.h>

#include "core/base/version.hpp"

namespace coulis {
namespace {

// A line that begins with '.' or '\'' is a request; '-' would become a hyphen.
std::string troff(const std::string& text) {
  std::string result;
  bool line_begins = true;
  for (const char c : text) {
    if (line_begins && (c == '.' || c == '\'')) result += "\\&";
    if (c == '\\') {
      result += "\\e";
    } else if (c == '-') {
      result += "\\-";
    } else {
      result += c;
    }
    line_begins = c == '\n';
  }
  return result;
}

std::string describe(const FlagDescription& flag) {
  const std::string value = flag.takes_value ? " \\fIVALUE\\fR" : "";
  const std::string name = flag.short_name.empty() ? "" : fmt::format(R"(\fB\-{}\fR, )", troff(flag.short_name));
  const std::string with_default = flag.default_value.empty() ? "" : fmt::format(" (default: {})", troff(flag.default_value));
  return fmt::format(".TP\n{}\\fB\\-\\-{}\\fR{}\n{}{}\n", name, troff(flag.long_name), value, troff(flag.help), with_default);
}

std::string describe(const VerbDescription& verb) {
  std::string text = fmt::format(".SS coulis {}", verb.name);
  for (const std::string& positional : verb.positionals) text += fmt::format(" {}", positional);
  text += fmt::format("\n{}.\n", troff(verb.help));
  for (const FlagDescription& flag : verb.flags) {
    if (flag.long_name != "help") text += describe(flag);
  }
  if (!verb.footer.empty()) text += fmt::format(".PP\n.nf\n{}\n.fi\n", troff(verb.footer));
  return text;
}

}  // namespace

std::string manual_page(const std::vector<VerbDescription>& verbs) {
  std::string text = fmt::format(R"(.TH COULIS 1 "" "coulis {}"
.SH NAME
coulis \- photos to image features, a PCA and a report
.SH SYNOPSIS
.B coulis
.I SUBCOMMAND
[\fIOPTION\fR]... [\fIINPUT\fR] [\fIOUTPUT\fR]
.SH DESCRIPTION
Turns a folder or an S3 bucket of photos into image features, a PCA\-reduced matrix (Parquet and CSV) and a report.
INPUT and OUTPUT are folders or s3://bucket/prefix. Results go to standard output, everything else to standard error.
.SH SUBCOMMANDS
)",
                                 kVersion);
  for (const VerbDescription& verb : verbs) text += describe(verb);
  text += R"(.SH EXIT STATUS
0 done, 1 run failed, 2 usage, 3 too many bad photos, 4 nothing to read, 5 credentials, network or storage, 130 interrupted: run the same command to resume.
.SH ENVIRONMENT
.TP
.B COULIS_SIMD
portable, avx2 or avx512: limits the instructions used.
.TP
.B TMPDIR
folder of the scratch files of a run or a plan of more than 65,536 photos: 100 bytes a photo.
.TP
.B NO_COLOR
no colour on a terminal.
.TP
.B AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL, AWS_MAX_ATTEMPTS, AWS_CA_BUNDLE
as in the AWS tools.
)";
  return text;
}

}  // namespace coulis
