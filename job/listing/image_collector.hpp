// ImageCollector: which names of a listing are images, and why the others are none.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "job/listing/image_sorter.hpp"
#include "job/listing/listing.hpp"
#include "job/listing/others.hpp"
#include "job/listing/passed_over.hpp"
#include "job/storage/location.hpp"

namespace coulis {

class ImageCollector {
 public:
  // maybe_input: where the first bytes of a file can be read; null: nowhere.
  ImageCollector(const ListingOptions& options, const Location* maybe_input) : options_(options), maybe_input_(maybe_input) {}

  bool enters(std::string_view folder);  // and counts it if not
  void add(Entry entry, EntryKind kind);
  Listing listing() &&;  // sorted

 private:
  std::optional<Reason> refuse_folder(std::string_view folder) const;  // for its own sake
  std::optional<Reason> refuse_below(std::string_view folder);         // or for that of one above
  std::optional<Reason> refuse(const Entry& entry, EntryKind kind);

  const ListingOptions& options_;
  const Location* maybe_input_;
  Listing listing_;  // without the images
  ImageSorter images_;
  OurFolders ours_;
  std::vector<std::pair<std::string, Reason>> maybe_ours_;  // keys that wait for marks
  std::string last_folder_;                                 // of refuse_below(): files of one folder follow each other
  std::optional<Reason> last_refusal_;
};

}  // namespace coulis
