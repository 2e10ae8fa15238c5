// The functions of coulis that read bytes from outside, all in one form, for programs that feed them damaged ones.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace coulis {

// Two readings of the same bytes are equal: pixels or values that nobody wrote would differ.
struct Reading {
  std::string status;      // "ok", or why the bytes were refused: the code of a Failure, "error" for an Error
  std::size_t digest = 0;  // of everything that was read

  bool operator==(const Reading&) const = default;
};

// Any other exception than Error, a crash, or the finding of a sanitizer is a defect of the reader.
Reading read_jpeg(std::span<const std::byte> bytes);
Reading read_png(std::span<const std::byte> bytes);
Reading read_webp(std::span<const std::byte> bytes);
Reading read_gif(std::span<const std::byte> bytes);
Reading read_bmp(std::span<const std::byte> bytes);
Reading read_tiff(std::span<const std::byte> bytes);
Reading read_heif(std::span<const std::byte> bytes);
Reading read_avif(std::span<const std::byte> bytes);
Reading read_jxl(std::span<const std::byte> bytes);
Reading read_orientation(std::span<const std::byte> bytes);
Reading read_model(std::span<const std::byte> bytes);
Reading read_pca_model(std::span<const std::byte> bytes);
Reading read_manifest_text(std::span<const std::byte> bytes);
Reading read_parts_lines(std::span<const std::byte> bytes);
Reading read_part_record(std::span<const std::byte> bytes);  // three lines: settings, images, failures
Reading read_parquet(std::span<const std::byte> bytes);      // as metadata, as rows, as errors
Reading read_collection(std::span<const std::byte> bytes);   // all members of an archive or a table
Reading read_pack_index(std::span<const std::byte> bytes);   // as that of a shard of 3,584 bytes

// Sets right the checksum of every chunk that lies within the bytes: a flipped bit gets no further than a wrong one.
void repair_png_checksums(std::span<std::byte> bytes);

}  // namespace coulis
