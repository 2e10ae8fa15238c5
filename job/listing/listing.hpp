// Listing: every image under the input, sorted by the bytes of its key, with what is needed to notice a change.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/field.hpp"
#include "job/listing/image_list.hpp"
#include "job/listing/passed_over.hpp"
#include "job/storage/location.hpp"

namespace coulis {

struct ListingOptions {
  std::vector<std::string> include;  // globs; empty: every name that ends like an image
  std::vector<std::string> exclude;
  bool no_default_excludes = false;
  int label_level = 1;      // 1: the parent folder, 2: its parent, ...
  std::string label_regex;  // if not empty: the first group of its first match in the path
};

template <OptionsOf<ListingOptions> O, class V>
void visit_fields(O& o, V&& v) {
  v(Field("include", "Take files that match this glob, whatever their extension (repeatable)", Affects::kPhotos), o.include);
  v(Field("exclude", "Leave out files and folders that match this glob (repeatable)", Affects::kPhotos), o.exclude);
  v(Field("no-default-excludes", "Take what lies in __MACOSX, @eaDir, .thumbnails, .Trash and the like, and macOS's ._ files",
          Affects::kPhotos),
    o.no_default_excludes);
  v(Field("label-level", "Use this folder above the photo as its label: 1 is its folder, 2 the one above", Affects::kFeatures, {1, 1000}),
    o.label_level);
  v(Field("label-regex", "Use the first group of this regular expression in the path as the label", Affects::kFeatures), o.label_regex);
}

struct Listing {
  ImageList images;  // and what could not be looked at: such an entry is not `seen()`, and reading it fails
  std::uint64_t total_bytes = 0;
  PassedOver passed_over;            // never an image left out in silence
  std::vector<std::string> notes{};  // sentences on what a list or a table of labels names
};

// Nothing that coulis has written is an image: what lies below `maybe_output`, and the results and exports of others. `visited` is called
// for each name. Throws Error(kStorage) if the input cannot be listed.
Listing list_images(
    const Location& input, const ListingOptions& options, const Location* maybe_output = nullptr,
    const std::function<void()>& visited = [] {});

// The same. Throws Error(kNothingToRead) where there is none.
Listing list_some_images(const Location& input, const ListingOptions& options, const Location& output);

// The same for entries from anywhere: `list_entries` calls its argument for each of them, in no order.
Listing list_images(const std::function<void(const std::function<void(Entry)>& visit)>& list_entries, const ListingOptions& options);

// A glob with a '/' is matched against the whole key, one without against the file name.
bool matches_glob(std::string_view key, const std::string& glob);

// Whether the glob matches the folder, by the same rule, or all that can lie below it.
bool matches_folder(std::string_view folder, const std::string& glob);

// The rule of the options, ready to be applied to many paths, from many threads.
class LabelRule {
 public:
  explicit LabelRule(const ListingOptions& options);    // throws Error(kUsage)
  std::string label_of(const std::string& path) const;  // printable; empty where the rule finds nothing

  // That which was given to the image, or that of its path below `input`.
  std::string label_of(const ImageRef& image, const Location& input) const;

 private:
  int level_;
  std::optional<std::regex> regex_;
};

}  // namespace coulis
