// Thumbnails of the report's photos: stored ones, and others from the input.
#pragma once

#include <string>
#include <vector>

#include "core/decode/image.hpp"
#include "job/listing/listing.hpp"
#include "job/output/manifest_parts.hpp"
#include "job/report/figures.hpp"
#include "job/threads/progress.hpp"

namespace coulis {

// images, paths: [photos of the figures]. A photo without a stored thumbnail is read from the input that the manifest
// names, with the output's storage options. It gets no thumbnail if it cannot be read or its size has changed. If the
// first dozen cannot be read, the rest is skipped. Photos are read up to a share of the input's bytes.
void add_thumbnails(Figures& figures, const std::vector<ImageRef>& images, const std::vector<std::string>& paths, const Location& output,
                    const Manifest& manifest, const std::vector<ManifestPart>& parts, int threads, Progress& progress);

// [images], of side_px; one that cannot be read has no pixels.
// Empty, after a warning, if the first dozen cannot be read.
std::vector<Image> read_thumbnails(const std::vector<ImageRef>& images, int side_px, const Location& output, const Manifest& manifest,
                                   int threads, Progress& progress);

}  // namespace coulis
