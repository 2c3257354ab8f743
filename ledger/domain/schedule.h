// Repayment schedules computed from a loan's terms, in exact integer arithmetic.
//
// The rate of a month is the yearly rate / 12, whatever the month's length. "half up" rounds to the
// minor unit, halves upward. P is the principal, n the number of months, i the monthly rate.
//
//   equal_instalment   instalment A = half up(P * i * (1 + i)^n / ((1 + i)^n - 1)), or P / n if
//                      i is 0; interest k = half up(outstanding * i), principal k = A - interest,
//                      but no more than is outstanding; the last instalment takes the rest
//   equal_principal    principal k = floor(P * k / n) - floor(P * (k - 1) / n), interest as above
//   interest_first     interest k = half up(P * i) each month, P with the last
//   one_time           one instalment: P with interest half up(P * i * n), due on the first due
//   date
//
// Due dates follow the first one month by month, on the same day, or on the month's last if it has
// no such day. An instalment of nothing (too small a loan for so many) is left out.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/domain/entry.h"
#include "ledger/domain/refusal.h"

namespace ledger::domain {

enum class RepaymentMethod : std::uint8_t {
  kOneTime,
  kInterestFirst,
  kEqualInstalment,
  kEqualPrincipal,
};
std::string_view name_of(RepaymentMethod method);
std::optional<RepaymentMethod> method_from_name(std::string_view name);

inline constexpr std::uint64_t kRatePpmMax = 10'000'000;  // ten times the principal a year
inline constexpr std::uint64_t kTermsMax = 600;           // months

struct LoanTerms {
  RepaymentMethod method = RepaymentMethod::kOneTime;
  base::Amount principal;
  std::uint64_t rate_ppm = 0;  // a year, in millionths
  std::uint64_t terms = 0;     // months
  base::Date first_due;
};

// kScheduleMismatch: no such rate or number of months, or due dates beyond the calendar.
// kLoanTooLarge: principal or interest above allocation.h's limit.
base::Result<std::vector<Instalment>, Refusal> make_schedule(const LoanTerms& loan);

// The schedule's principal and interest are each within allocation.h's limit.
bool is_allocatable(const std::vector<Instalment>& schedule);

}  // namespace ledger::domain
