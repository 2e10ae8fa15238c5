// PassedOver: what a listing met and did not take, by reason.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/enum_names.hpp"

namespace coulis {

enum class Reason {
  kEnding,          // its name does not end like an image's
  kInclude,         // no --include matches
  kExclude,         // an --exclude matches
  kDefaultExclude,  // kept by a system or a program beside photos
  kCoulis,          // results, or an export
  kSpecial,         // a pipe, socket or device
};
inline constexpr std::size_t kReasons = 6;

template <>
struct EnumNames<Reason> {
  static constexpr std::string_view kWhat = "reason";
  static constexpr std::array<std::pair<Reason, std::string_view>, 6> kAll = {{
      {Reason::kEnding, "ending"},
      {Reason::kInclude, "include"},
      {Reason::kExclude, "exclude"},
      {Reason::kDefaultExclude, "default"},
      {Reason::kCoulis, "coulis"},
      {Reason::kSpecial, "special"},
  }};
};

struct PassedOver {
  struct Count {
    std::uint64_t files = 0;
    std::uint64_t folders = 0;  // not looked into: how many files they hold is not known
    std::string example{};      // the first of the keys, printable
    bool operator==(const Count&) const = default;
  };

  std::array<Count, kReasons> by_reason{};

  void add_file(Reason reason, std::string_view key);
  void add_folder(Reason reason, std::string_view key);
  std::uint64_t total() const;  // files and folders
  bool operator==(const PassedOver&) const = default;
};

// "2 files by ending (such as notes.txt)", one for each reason that there was.
std::vector<std::string> describe(const PassedOver& passed_over);
std::string describe_in_a_line(const PassedOver& passed_over);  // "no other files" if there was no reason

}  // namespace coulis
