// LEDGER_CHECK: a bug in this program stops it, in release builds too.
//
// It guards what the code itself promises. It never judges input: input gets a Refusal, a failing
// disk gets a Fault. See CONVENTIONS "Three ways to fail".
#pragma once

namespace ledger::base {

// Prints the expression and its place to stderr and aborts.
[[noreturn]] void check_failed(const char* expression, const char* file, int line) noexcept;

}  // namespace ledger::base

#define LEDGER_CHECK(expression)       \
  ((expression) ? static_cast<void>(0) \
                : ::ledger::base::check_failed(#expression, __FILE__, __LINE__))
