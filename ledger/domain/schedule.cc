#include "ledger/domain/schedule.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <boost/multiprecision/cpp_int.hpp>

#include "ledger/base/check.h"
#include "ledger/domain/allocation.h"

namespace ledger::domain {
namespace {

using base::fail;
using base::Int128;
using boost::multiprecision::cpp_int;

// A year's rate in millionths, as a month's: rate_ppm / kMonthly.
constexpr std::uint64_t kMonthly = 12'000'000;

constexpr std::pair<RepaymentMethod, std::string_view> kMethods[] = {
    {RepaymentMethod::kOneTime, "one_time"},
    {RepaymentMethod::kInterestFirst, "interest_first"},
    {RepaymentMethod::kEqualInstalment, "equal_instalment"},
    {RepaymentMethod::kEqualPrincipal, "equal_principal"},
};

// Of figures that are not negative; the denominator is positive.
template <typename T>
T half_up(const T& numerator, const T& denominator) {
  return (2 * numerator + denominator) / (2 * denominator);
}

// P <= 10^15, the rate <= 10^7, at most 600 months: below 2^127.
Int128 interest_of(Int128 outstanding, std::uint64_t rate_ppm, std::uint64_t months = 1) {
  return half_up<Int128>(outstanding * rate_ppm * months, kMonthly);
}

Int128 equal_instalment(const LoanTerms& loan) {
  const cpp_int principal = loan.principal.minor();
  const auto n = static_cast<unsigned>(loan.terms);
  if (loan.rate_ppm == 0) return half_up<Int128>(loan.principal.minor(), n);
  // With i = r / D: P * i * (1 + i)^n / ((1 + i)^n - 1) = P * r * a / (D * (a - b)).
  const cpp_int a = boost::multiprecision::pow(cpp_int(kMonthly + loan.rate_ppm), n);
  const cpp_int b = boost::multiprecision::pow(cpp_int(kMonthly), n);
  const cpp_int rounded =
      half_up<cpp_int>(principal * loan.rate_ppm * a, cpp_int(kMonthly) * (a - b));
  return static_cast<std::int64_t>(rounded);
}

struct Parts {
  Int128 principal = 0;
  Int128 interest = 0;
};

std::vector<Parts> parts_of(const LoanTerms& loan) {
  const Int128 whole = loan.principal.minor();
  const auto n = static_cast<std::int64_t>(loan.terms);
  if (loan.method == RepaymentMethod::kOneTime) {
    return {{whole, interest_of(whole, loan.rate_ppm, loan.terms)}};
  }
  const bool equal = loan.method == RepaymentMethod::kEqualInstalment;
  const Int128 instalment = equal ? equal_instalment(loan) : 0;
  std::vector<Parts> parts;
  Int128 outstanding = whole;
  for (std::int64_t k = 1; k <= n; ++k) {
    Parts& p = parts.emplace_back();
    p.interest = interest_of(outstanding, loan.rate_ppm);
    if (k == n) {
      p.principal = outstanding;
    } else if (equal) {
      // Never negative: the outstanding principal does not grow, and A covers the first interest.
      p.principal = std::min(instalment - p.interest, outstanding);
      LEDGER_CHECK(p.principal >= 0);
    } else if (loan.method == RepaymentMethod::kEqualPrincipal) {
      p.principal = whole * k / n - whole * (k - 1) / n;
    }
    outstanding -= p.principal;
  }
  return parts;
}

// The same day `months` later, or the last of that month; nothing beyond the calendar.
std::optional<base::Date> months_later(base::Date date, std::int64_t months) {
  const std::int64_t month = date.year() * std::int64_t{12} + date.month() - 1 + months;
  for (int day = date.day(); day >= 28; --day) {
    if (auto there = base::Date::from_ymd(static_cast<int>(month / 12),
                                          static_cast<int>(month % 12) + 1, day)) {
      return there;
    }
  }
  return base::Date::from_ymd(static_cast<int>(month / 12), static_cast<int>(month % 12) + 1,
                              date.day());
}

Refusal too_large(Int128 principal, Int128 interest) {
  return {RefusalCode::kLoanTooLarge,
          fmt::format("principal={} interest={}", base::to_string(principal),
                      base::to_string(interest))};
}

}  // namespace

std::string_view name_of(RepaymentMethod method) {
  return kMethods[static_cast<std::size_t>(method)].second;
}

std::optional<RepaymentMethod> method_from_name(std::string_view name) {
  for (const auto& [method, text] : kMethods) {
    if (text == name) return method;
  }
  return std::nullopt;
}

base::Result<std::vector<Instalment>, Refusal> make_schedule(const LoanTerms& loan) {
  const auto mismatch = [](std::string detail) {
    return fail(Refusal{RefusalCode::kScheduleMismatch, std::move(detail)});
  };
  if (loan.rate_ppm > kRatePpmMax) return mismatch(fmt::format("rate_ppm={}", loan.rate_ppm));
  if (loan.terms == 0 || loan.terms > kTermsMax) {
    return mismatch(fmt::format("terms={}", loan.terms));
  }
  if (loan.first_due.is_none()) return mismatch("first_due=none");
  if (loan.principal.minor() > kAllocationMax) return fail(too_large(loan.principal.minor(), 0));
  const auto parts = parts_of(loan);
  Int128 interest = 0;
  for (const Parts& p : parts) interest += p.interest;
  if (interest > kAllocationMax) return fail(too_large(loan.principal.minor(), interest));
  std::vector<Instalment> schedule;
  for (std::size_t k = 0; k < parts.size(); ++k) {
    const auto due = months_later(loan.first_due, static_cast<std::int64_t>(k));
    if (!due) return mismatch(fmt::format("first_due={}", format(loan.first_due)));
    if (parts[k].principal + parts[k].interest == 0) continue;
    schedule.push_back({*due, base::Amount::of(static_cast<std::int64_t>(parts[k].principal)),
                        base::Amount::of(static_cast<std::int64_t>(parts[k].interest))});
  }
  return schedule;
}

bool is_allocatable(const std::vector<Instalment>& schedule) {
  base::Total principal;
  base::Total interest;
  for (const Instalment& i : schedule) {
    principal += i.principal;
    interest += i.interest;
  }
  return principal.minor() <= kAllocationMax && interest.minor() <= kAllocationMax;
}

}  // namespace ledger::domain
