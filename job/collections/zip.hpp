// Zip archives by their central directory at the end; zip64 too. Written after PKWARE's APPNOTE.TXT 6.3.10.
#pragma once

#include <cstdint>
#include <optional>

#include "job/collections/member.hpp"
#include "job/collections/ranges.hpp"

namespace coulis {

// What ends the list too early is a failure; the members before it are visited.
std::optional<Failure> list_zip(Ranges& archive, std::uint64_t archive_bytes, const VisitMember& visit);

// Its bytes, whose number and CRC are what the directory says. Memory is taken as they come, never for more than that number.
Outcome<Bytes> read_zip_member(Ranges& archive, const Entry& member);

}  // namespace coulis
