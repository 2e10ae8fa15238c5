#include "job/report/report.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <map>
#include <span>
#include <string_view>

#include "core/base/sha256.hpp"
#include "job/report/page_data.hpp"
#include "job/report/page_text.hpp"

namespace coulis {
namespace {

// The hash by which a Content-Security-Policy names a script or a style.
std::string hash_source(std::string_view text) {
  Sha256 sum;
  sum.update(std::as_bytes(std::span(text)));
  const Sha256::Digest digest = sum.digest();
  std::array<unsigned char, 64> base64{};
  EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(digest.size()));
  return fmt::format("'sha256-{}'", reinterpret_cast<const char*>(base64.data()));
}

// Does not substitute within inserted text.
std::string fill_in(std::string_view page, const std::map<std::string_view, std::string_view>& values) {
  std::string filled;
  while (true) {
    const std::size_t begin = page.find("{{");
    filled += page.substr(0, begin);
    if (begin == std::string_view::npos) return filled;
    const std::size_t end = page.find("}}", begin);
    filled += values.at(page.substr(begin + 2, end - begin - 2));
    page.remove_prefix(end + 2);
  }
}

}  // namespace

std::string render_report(const Manifest& manifest, const std::vector<ErrorRow>& errors, const Figures& figures) {
  const std::string policy =
      fmt::format("default-src 'none'; img-src data:; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
                  hash_source(kPageStyle), hash_source(kPageScript));
  const std::string data = page_data(manifest, errors, figures);
  const std::string last_run = last_run_data(manifest);
  return fill_in(kPageHtml, {{"plot_licence", kPlotLicence},
                             {"policy", policy},
                             {"style", kPageStyle},
                             {"data", data},
                             {"last_run", last_run},
                             {"script", kPageScript}});
}

}  // namespace coulis
