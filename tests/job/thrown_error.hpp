// The Error that a call throws, for a test that asks for its code and its words.
#pragma once

#include <gtest/gtest.h>

#include <optional>

#include "core/base/error.hpp"

namespace coulis {

// A test failure, and an empty error, if nothing is thrown. What is not an Error goes on to GoogleTest, which reports it.
template <class F>
Error thrown_error(F&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was thrown";
  return {ErrorCode::kRunFailed, ""};
}

}  // namespace coulis
