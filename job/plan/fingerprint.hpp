// Fingerprint: a hash of the settings and of a part's images, by which a part file says what it was made of.
#pragma once

#include <xxhash.h>

#include <memory>
#include <string>

#include "job/listing/image_list.hpp"

namespace coulis {

class Fingerprint {
 public:
  explicit Fingerprint(const std::string& settings);

  void add(const ImageRef& image);  // its key, size, mtime or ETag, and given label
  std::string hex() const;          // 32 digits

 private:
  std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state_;
};

std::string fingerprint_of(const std::string& settings, const ImageList& images);

// Of a whole listing, 32 digits: a hash of the fingerprints of 16,384 images each, which `threads` threads make.
std::string hash_of(const ImageList& images, int threads);

bool same_image(const ImageRef& a, const ImageRef& b);  // of one key: whether the fingerprint takes them for the same

}  // namespace coulis
