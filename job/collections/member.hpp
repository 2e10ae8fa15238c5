// Member: what the directory of a container says of one file in it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/failure.hpp"
#include "job/collections/packing.hpp"

namespace coulis {

struct Member {
  std::string name;  // raw bytes, as the container has them
  std::uint64_t size_bytes = 0;
  std::uint64_t offset = 0;
  std::uint64_t stored_bytes = 0;
  std::optional<std::uint32_t> maybe_checksum{};
  Packing packing = Packing::kPlain;
  std::string link_target{};  // a member's name; not empty: this one is another name of it
};

using VisitMember = std::function<void(Member)>;

inline Failure read_failure(FailureCode code, std::string sentence) {
  return {Stage::kRead, code, std::move(sentence)};
}

}  // namespace coulis
