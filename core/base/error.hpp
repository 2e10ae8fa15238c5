// Error: the run cannot continue. Thrown anywhere, caught only at an interface (cli/main.cpp, the Python bindings).
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace coulis {

enum class ErrorCode {  // the values are the process exit codes
  kRunFailed = 1,
  kUsage = 2,
  kTooManyBad = 3,
  kNothingToRead = 4,
  kStorage = 5,
  kInterrupted = 130,
};

class Error : public std::runtime_error {
 public:
  // message: the cause, one sentence without a full stop. remedy: what to do about it; may be empty.
  Error(ErrorCode code, const std::string& message, std::string remedy = "")
      : std::runtime_error(message), code_(code), remedy_(std::move(remedy)) {}

  ErrorCode code() const { return code_; }
  const std::string& remedy() const { return remedy_; }

 private:
  ErrorCode code_;
  std::string remedy_;
};

}  // namespace coulis
