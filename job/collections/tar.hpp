// list_tar: the members of a tar archive, by its headers: ustar, pax and GNU tar's.
#pragma once

#include <optional>

#include "job/collections/member.hpp"
#include "job/collections/ranges.hpp"

namespace coulis {

inline constexpr std::size_t kTarBlock_bytes = 512;

bool is_tar_header(std::span<const std::byte> block);  // by its checksum

// Members lie in the ranges as they are (Packing::kPlain). What ends the list too early is a failure; the members before it are visited.
std::optional<Failure> list_tar(Ranges& archive, const VisitMember& visit);

}  // namespace coulis
