// Packing: how the bytes of a photo lie in its container, or why they cannot be had. It travels to tasks as a number.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/failure.hpp"
#include "job/storage/location.hpp"

namespace coulis {

enum class Packing : std::uint8_t {
  kPlain = 1,    // as they are, from Place::offset on
  kStreamed,     // the same, in the stream that the container is when it is decompressed
  kZipStored,    // behind the local header at Place::offset
  kZipDeflated,  // the same
  kTableRow,     // the photo of row Place::offset of a Parquet table

  kEncrypted,
  kOtherMethod,
  kSparse,
  kShadowed,
  kNested,
  kDeadLink,
  kDamaged,  // the container itself, which cannot be read, or not to its end
  kNoName,   // row Place::offset of a list, which names no photo

  kIndexed,  // as kPlain, told by the index of a pack: behind a header of its name and size
};

inline Packing packing_of(const Entry& entry) {
  return static_cast<Packing>(entry.place.packing);
}

std::optional<Failure> maybe_refusal(Packing packing);  // nothing: the bytes can be read

}  // namespace coulis
