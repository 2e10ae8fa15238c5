#include "job/features/located_photos.hpp"

#include <utility>

namespace coulis {

LocatedPhotos::LocatedPhotos(const Location& place, std::vector<ImageRef> images, ReadAhead::Sizes sizes, int workers,
                             const std::atomic<bool>& interrupted)
    : part_{0, std::move(images), "", false, ""}, bytes_(parts_, place, workers, interrupted, sizes) {}

Outcome<Photo> LocatedPhotos::read(std::size_t photo) {
  Outcome<Bytes> bytes = bytes_.take(photo, part_.images.at(photo));
  if (!bytes) return bytes.failure();
  Photo result;
  result.own_file = std::move(bytes.value());
  result.file = result.own_file;
  return result;
}

}  // namespace coulis
