// Failure: why one image could not be processed. Data, never an exception: it becomes a row of the errors table.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/enum_names.hpp"

namespace coulis {

enum class Stage { kRead, kDecode };

enum class FailureCode {
  kEmpty,        // zero bytes
  kNotAnImage,   // no known signature
  kUnsupported,  // a known format, in a variant that is not supported
  kTruncated,    // the data ends before the image does
  kCorrupt,      // the data contradicts itself
  kTooLarge,     // more pixels than the limit, refused before allocation
  kUnreadable,   // the file exists but cannot be read
  kVanished,     // listed, then gone
  kChanged,      // listed with another size
  kWorkerDied,   // every process that worked on it died; set by the tasks of a cluster
};

template <>
struct EnumNames<Stage> {
  static constexpr std::string_view kWhat = "stage";
  static constexpr std::array<std::pair<Stage, std::string_view>, 2> kAll = {{
      {Stage::kRead, "read"},
      {Stage::kDecode, "decode"},
  }};
};

template <>
struct EnumNames<FailureCode> {
  static constexpr std::string_view kWhat = "code of a failure";
  static constexpr std::array<std::pair<FailureCode, std::string_view>, 10> kAll = {{
      {FailureCode::kEmpty, "empty"},
      {FailureCode::kNotAnImage, "not_an_image"},
      {FailureCode::kUnsupported, "unsupported"},
      {FailureCode::kTruncated, "truncated"},
      {FailureCode::kCorrupt, "corrupt"},
      {FailureCode::kTooLarge, "too_large"},
      {FailureCode::kUnreadable, "unreadable"},
      {FailureCode::kVanished, "vanished"},
      {FailureCode::kChanged, "changed"},
      {FailureCode::kWorkerDied, "worker_died"},
  }};
};

struct Failure {
  Stage stage = Stage::kDecode;
  FailureCode code = FailureCode::kCorrupt;
  std::string message;  // one sentence, no path (the row has it)
};

}  // namespace coulis
