// Result<T, E>: a value or the reason why there is none, in the shape of C++23 std::expected.
//
//   Result<Amount, Fault> r = read();
//   if (!r) return fail(r.error());
//   use(*r);
//
// Reading the value of a failed Result, or the error of a good one, is a bug and aborts.
#pragma once

#include <type_traits>
#include <utility>
#include <variant>

#include "ledger/base/check.h"

namespace ledger::base {

// Wraps an error on its way into a Result.
template <typename E>
struct Failure {
  E error;
};

template <typename E>
[[nodiscard]] Failure<std::decay_t<E>> fail(E&& error) {
  return {std::forward<E>(error)};
}

// The value of a Result that has nothing to say but success.
struct Ok {
  friend bool operator==(Ok, Ok) = default;
};
inline constexpr Ok ok{};

template <typename T, typename E>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit
  template <typename F>
  requires std::is_constructible_v<E, F> Result(Failure<F> failure)  // NOLINT: implicit
      : state_(std::in_place_index<1>, std::move(failure.error)) {}

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  T& value() & {
    LEDGER_CHECK(has_value());
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    LEDGER_CHECK(has_value());
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    LEDGER_CHECK(has_value());
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  E& error() & {
    LEDGER_CHECK(!has_value());
    return *std::get_if<1>(&state_);
  }
  const E& error() const& {
    LEDGER_CHECK(!has_value());
    return *std::get_if<1>(&state_);
  }
  E&& error() && {
    LEDGER_CHECK(!has_value());
    return std::move(*std::get_if<1>(&state_));
  }

  T value_or(T other) const& { return has_value() ? value() : std::move(other); }

 private:
  std::variant<T, E> state_;
};

}  // namespace ledger::base
