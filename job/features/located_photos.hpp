// LocatedPhotos: photos of a folder or a bucket.
#pragma once

#include <atomic>
#include <cstddef>
#include <vector>

#include "job/features/photo_source.hpp"
#include "job/features/read_ahead.hpp"
#include "job/listing/listing.hpp"
#include "job/plan/plan.hpp"

namespace coulis {

// Photos below one location, prefetched. The images and the flag must outlive it.
class LocatedPhotos final : public PhotoSource {
 public:
  LocatedPhotos(const Location& place, std::vector<ImageRef> images, ReadAhead::Sizes sizes, int workers,
                const std::atomic<bool>& interrupted);

  std::size_t count() const override { return part_.images.size(); }
  Outcome<Photo> read(std::size_t photo) override;
  int threads() const override { return bytes_.threads(); }
  void run() override { bytes_.run(); }
  void stop() override { bytes_.stop(); }

 private:
  Part part_;  // all of them
  std::vector<const Part*> parts_{&part_};
  ReadAhead bytes_;
};

}  // namespace coulis
