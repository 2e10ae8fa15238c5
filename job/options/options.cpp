#include "job/options/options.hpp"

#include <fmt/format.h>

#include "core/base/error.hpp"

namespace coulis {
namespace {

// Change it by hand when the same settings give other bytes, for instance when a codec reads what it refused before.
constexpr int kFormat = 2;

}  // namespace

void validate(const RunOptions& options) {
  visit_fields(options, CheckRange());
  LabelRule(options.listing);  // throws if the rule is invalid
}

void set_options(const OptionTexts& texts, RunOptions& options) {
  if (texts.contains("k")) options.pca.variance = PcaOptions().variance;
  if (texts.contains("variance")) options.pca.k = PcaOptions().k;
  if (texts.contains("label-level")) options.listing.label_regex.clear();
  visit_fields(options, ReadTexts{texts});
}

OptionTexts to_texts(const RunOptions& options) {
  OptionTexts texts;
  visit_fields(options, WriteTexts{texts});
  return texts;
}

std::string settings_of(const RunOptions& options, const Location& input, const ModelCard& card) {
  std::string text = fmt::format("format={}\ninput={}\nmodel_sha256={}\npreprocessing={}\n", kFormat, printable(input.root()), card.sha256,
                                 to_string(card.preprocessing));
  visit_fields(options, WriteSettings{text, "model"});  // the model is identified by the checksum of its file
  return text;
}

}  // namespace coulis
