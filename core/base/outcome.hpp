// Outcome<T>: a T, or the Failure of one image. For expected failures; a run that cannot continue throws Error.
#pragma once

#include <utility>
#include <variant>

#include "core/base/failure.hpp"

namespace coulis {

template <class T>
class [[nodiscard]] Outcome {
 public:
  Outcome(T value) : state_(std::move(value)) {}            // NOLINT(google-explicit-constructor): `return image;`
  Outcome(Failure failure) : state_(std::move(failure)) {}  // NOLINT(google-explicit-constructor): `return Failure{...};`

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() { return std::get<0>(state_); }  // throws std::bad_variant_access on a failure
  const T& value() const { return std::get<0>(state_); }
  const Failure& failure() const { return std::get<1>(state_); }

 private:
  std::variant<T, Failure> state_;
};

}  // namespace coulis
