#include "tools/generator/schedule.h"

#include "ledger/base/check.h"
#include "ledger/domain/schedule.h"

namespace tools::generator {

namespace domain = ledger::domain;

namespace {

constexpr std::uint64_t kPpmPerBasisPoint = 100;

domain::RepaymentMethod method_of(const LoanDraw& loan) {
  switch (static_cast<Method>(loan.method)) {
    case Method::kEqualInstalment:
      return domain::RepaymentMethod::kEqualInstalment;
    case Method::kInterestFirst:
      return domain::RepaymentMethod::kInterestFirst;
    case Method::kOneTime:
      return domain::RepaymentMethod::kOneTime;
    case Method::kEqualPrincipal:
      return domain::RepaymentMethod::kEqualPrincipal;
  }
  LEDGER_CHECK(false);
}

// A month later, or the last of that month.
ledger::base::Date month_after(ledger::base::Date start) {
  const int year = start.month() == 12 ? start.year() + 1 : start.year();
  const int month = start.month() == 12 ? 1 : start.month() + 1;
  for (int day = start.day();; --day) {
    if (const auto date = ledger::base::Date::from_ymd(year, month, day)) return *date;
  }
}

}  // namespace

std::string_view method_name(const LoanDraw& loan) { return domain::name_of(method_of(loan)); }

std::vector<Due> schedule_of(const LoanDraw& loan, ledger::base::Date start, int month_days) {
  const bool once = static_cast<Method>(loan.method) == Method::kOneTime;
  const int before_first = once ? loan.terms : 1;  // months
  domain::LoanTerms terms;
  terms.method = method_of(loan);
  terms.principal = ledger::base::Amount::of(loan.target);
  terms.rate_ppm = static_cast<std::uint64_t>(loan.basis_points) * kPpmPerBasisPoint;
  terms.terms = static_cast<std::uint64_t>(loan.terms);
  terms.first_due = start;
  for (int i = 0; i < before_first; ++i) terms.first_due = month_after(terms.first_due);
  const auto instalments = domain::make_schedule(terms);
  LEDGER_CHECK(instalments.has_value());
  std::vector<Due> schedule;
  for (const domain::Instalment& i : *instalments) {
    const int months = before_first + static_cast<int>(schedule.size());
    schedule.push_back({month_days == 0 ? i.due : start.plus_days(months * month_days),
                        i.principal.minor(), i.interest.minor()});
  }
  return schedule;
}

}  // namespace tools::generator
