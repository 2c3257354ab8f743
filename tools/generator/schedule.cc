#include "tools/generator/schedule.h"

#include <algorithm>

namespace tools::generator {
namespace {

constexpr Fen kMonthlyUnits = 12 * 10'000;  // of a yearly rate in basis points

Fen interest_on(Fen principal, int basis_points, Fen months = 1) {
  return principal * basis_points * months / kMonthlyUnits;
}

// Whether instalments of `payment` pay `principal` back in so many months.
bool pays_back(Fen payment, Fen principal, int basis_points, int terms) {
  for (int i = 0; i < terms && principal > 0; ++i) {
    principal -= payment - interest_on(principal, basis_points);
  }
  return principal <= 0;
}

// The smallest equal instalment that pays back, by halving.
Fen equal_instalment(const LoanDraw& loan) {
  Fen low = loan.target / loan.terms;
  Fen high = low + interest_on(loan.target, loan.basis_points) + 1;
  while (low < high) {
    const Fen middle = low + (high - low) / 2;
    if (pays_back(middle, loan.target, loan.basis_points, loan.terms)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return high;
}

}  // namespace

std::vector<Due> schedule_of(const LoanDraw& loan, ledger::base::Date start, int month_days) {
  std::vector<Due> schedule;
  const auto method = static_cast<Method>(loan.method);
  if (method == Method::kOneTime) {
    schedule.push_back({start.plus_days(month_days * loan.terms), loan.target,
                        interest_on(loan.target, loan.basis_points, loan.terms)});
    return schedule;
  }
  const Fen payment = method == Method::kEqualInstalment ? equal_instalment(loan) : 0;
  Fen left = loan.target;
  for (int i = 1; i <= loan.terms; ++i) {
    const Fen interest = interest_on(left, loan.basis_points);
    Fen principal = 0;
    if (method == Method::kEqualInstalment) principal = std::min(left, payment - interest);
    if (method == Method::kEqualPrincipal) principal = loan.target / loan.terms;
    if (i == loan.terms) principal = left;
    schedule.push_back({start.plus_days(month_days * i), principal, interest});
    left -= principal;
  }
  return schedule;
}

}  // namespace tools::generator
