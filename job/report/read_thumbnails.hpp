// Thumbnails of the report's photos, read from the input again.
#pragma once

#include <vector>

#include "core/decode/image.hpp"
#include "job/listing/listing.hpp"
#include "job/output/manifest.hpp"
#include "job/report/figures.hpp"
#include "job/threads/progress.hpp"

namespace coulis {

// images: [photos of the figures], below the input that the manifest names, which is reached as the output is. A photo that cannot be read,
// or has another size than it had, has none; where the first dozen cannot be read nobody waits for the rest. Large photos are read until a
// share of the input's bytes is reached.
void add_thumbnails(Figures& figures, const std::vector<ImageRef>& images, const Location& output, const Manifest& manifest, int threads,
                    Progress& progress);

// [images], of side_px; one that cannot be read is without pixels. Empty, after a warning, where the first dozen cannot be read.
std::vector<Image> read_thumbnails(const std::vector<ImageRef>& images, int side_px, const Location& output, const Manifest& manifest,
                                   int threads, Progress& progress);

}  // namespace coulis
