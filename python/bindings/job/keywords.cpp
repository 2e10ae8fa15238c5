#include "python/bindings/job/keywords.hpp"

#include <set>
#include <string>

#include "python/bindings/keywords.hpp"

namespace nb = nanobind;

namespace coulis::bindings {

RunOptions read_keywords(const nb::dict& keywords, RunOptions start) {
  std::set<std::string> known;
  const ReadKeywords read{keywords, known};
  read(Field("input", "", Affects::kPhotos), start.input);
  read(Field("output", "", Affects::kNothing), start.output);
  visit_fields(start, read);
  refuse_unknown(keywords, known);
  return start;
}

}  // namespace coulis::bindings
