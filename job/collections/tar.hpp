// list_tar: the members of a tar archive, by its headers: ustar, pax and GNU tar's.
#pragma once

#include <optional>

#include "job/collections/member.hpp"
#include "job/collections/ranges.hpp"

namespace coulis {

inline constexpr std::size_t kTarBlock_bytes = 512;
inline constexpr std::size_t kTarName_bytes = 100;  // of a name in a header; a longer one is in a pax header before it

bool is_tar_header(std::span<const std::byte> block);  // by its checksum

// That of a file as `coulis pack` writes it. name: raw bytes.
bool is_tar_header_of(std::span<const std::byte> block, std::string_view name, std::uint64_t size_bytes);

// Members lie in the ranges as they are (Packing::kPlain). What ends the list too early is a failure; the members before it are visited.
std::optional<Failure> list_tar(Ranges& archive, const VisitMember& visit);

}  // namespace coulis
