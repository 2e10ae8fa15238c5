// Failure: why one image could not be processed. Data, never an exception: it becomes a row of the errors table.
#pragma once

#include <string>
#include <string_view>

namespace coulis {

enum class Stage { kRead, kDecode };

enum class FailureCode {
  kEmpty,        // zero bytes
  kNotAnImage,   // no known signature
  kUnsupported,  // a known format, in a variant that we do not read
  kTruncated,    // the data ends before the image does
  kCorrupt,      // the data contradicts itself
  kTooLarge,     // more pixels than the limit, refused before allocation
  kUnreadable,   // the file exists but cannot be read
  kVanished,     // listed, then gone
  kChanged,      // listed with another size
  kWorkerDied,   // the process that worked on it died, each time: found by tasks of a cluster
};

struct Failure {
  Stage stage = Stage::kDecode;
  FailureCode code = FailureCode::kCorrupt;
  std::string message;  // one sentence, no path (the row has it)
};

std::string_view to_string(Stage stage);       // "read", "decode"
std::string_view to_string(FailureCode code);  // "not_an_image", ...

}  // namespace coulis
