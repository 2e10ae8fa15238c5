// Field: one option, declared once. The visit_fields() of an options struct is the only list of its options. Flags
// and their help, Python's keywords, a cluster's parameters, checks, fingerprints and the manifest are made from it.
#pragma once

#include <concepts>
#include <limits>
#include <type_traits>

namespace coulis {

// What a change of the option recomputes in a finished OUTPUT.
enum class Affects {
  kFeatures,  // the part files of features, and so everything else
  kPhotos,    // which photos are selected; the listing shows which parts change
  kPca,       // the PCA, and so the projected parts, the tables and the report
  kTables,    // the CSV files
  kReport,
  kNothing,  // speed, limits, and access to storage
};

struct Range {  // both ends included
  double lowest = std::numeric_limits<double>::lowest();
  double highest = std::numeric_limits<double>::max();
};

struct Field {
  // A constructor, so that a field without `affects` does not compile. name: the flag
  // without its dashes; one letter makes a short flag, whose long form is long_name.
  constexpr Field(const char* name_, const char* help_, Affects affects_, Range range_ = {}, const char* long_name_ = nullptr)
      : name(name_), help(help_), affects(affects_), range(range_), long_name(long_name_) {}

  const char* name;
  const char* help;
  Affects affects;
  Range range;  // of a number
  const char* long_name;
};

// For `template <OptionsOf<DecodeOptions> O, class V> void visit_fields(O& o, V&& v)`: options to be read or to be written.
template <class T, class S>
concept OptionsOf = std::same_as<std::remove_const_t<T>, S>;

}  // namespace coulis
