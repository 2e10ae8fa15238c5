// Thumbnails of the report's photos: those that the run kept, and others from the input.
#pragma once

#include <string>
#include <vector>

#include "core/decode/image.hpp"
#include "job/listing/listing.hpp"
#include "job/output/manifest.hpp"
#include "job/report/figures.hpp"
#include "job/threads/progress.hpp"

namespace coulis {

// images, paths: [photos of the figures]. A photo whose thumbnail the run did not keep is read below the input that the manifest names,
// which is reached as the output is. One that cannot be read, or has another size than it had, has none; where the first dozen cannot be
// read, the rest is skipped. Large photos are read until a share of the input's bytes is reached.
void add_thumbnails(Figures& figures, const std::vector<ImageRef>& images, const std::vector<std::string>& paths, const Location& output,
                    const Manifest& manifest, int threads, Progress& progress);

// [images], of side_px; one that cannot be read is without pixels. Empty, after a warning, where the first dozen cannot be read.
std::vector<Image> read_thumbnails(const std::vector<ImageRef>& images, int side_px, const Location& output, const Manifest& manifest,
                                   int threads, Progress& progress);

}  // namespace coulis
