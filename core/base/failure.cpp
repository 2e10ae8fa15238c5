#include "core/base/failure.hpp"

namespace coulis {

std::string_view to_string(Stage stage) {
  switch (stage) {
    case Stage::kRead: return "read";
    case Stage::kDecode: return "decode";
  }
  return "unknown";
}

std::string_view to_string(FailureCode code) {
  switch (code) {
    case FailureCode::kEmpty: return "empty";
    case FailureCode::kNotAnImage: return "not_an_image";
    case FailureCode::kUnsupported: return "unsupported";
    case FailureCode::kTruncated: return "truncated";
    case FailureCode::kCorrupt: return "corrupt";
    case FailureCode::kTooLarge: return "too_large";
    case FailureCode::kUnreadable: return "unreadable";
    case FailureCode::kVanished: return "vanished";
    case FailureCode::kChanged: return "changed";
    case FailureCode::kWorkerDied: return "worker_died";
  }
  return "unknown";
}

}  // namespace coulis
