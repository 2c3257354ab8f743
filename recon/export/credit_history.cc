// credit-history: per borrower, how loans were taken and repaid.
#include <fmt/format.h>

#include "recon/export/export.h"
#include "recon/export/loan_book.h"

namespace recon::exports {
namespace {

constexpr std::int64_t kYearDays = 365;

constexpr Definition kDefinitions[] = {
    {"borrower", "an owner who ever had a loan paid out"},
    {"loans_open", "loans with principal outstanding"},
    {"overdue",
     "an instalment is overdue from the day after it was due until its lenders have "
     "received it in full, by whomever it was paid"},
    {"received",
     "distributed to the lenders' sub-accounts, with money that the bank had confirmed: "
     "a payment out of a deposit still in transit counts from the settlement of that "
     "deposit. The bank's statement is of the whole custody account, so a lender's own "
     "booking at the bank is not in the journal"},
    {"overdue_ever", "instalments that were or are overdue"},
    {"overdue_year", "those of them due in the 365 days before the business date"},
    {"overdue_amount", "principal and interest overdue on the business date"},
    {"max_days", "the most days any instalment was or is overdue"},
    {"compensated_count",
     "payments to lenders by another than the borrower; compensated_amount is "
     "what they paid, principal and interest"},
    {"early_count", "loans repaid before their schedule ended, at once"},
    {"last_repaid_on", "business date of the borrower's last payment to lenders"},
};

struct History {
  std::uint64_t loans = 0, open = 0, overdue_ever = 0, overdue_year = 0;
  std::uint64_t compensated_count = 0, early = 0;
  base::Total overdue_amount, compensated;
  std::int64_t max_days = 0;
  base::Date last_repaid_on;
};

class CreditHistory : public TableExport {
 public:
  CreditHistory(const Options& options, Put put)
      : TableExport(options, std::move(put), title_of(options)), client_(options.client) {}

  void take(const Step& step) override { book_.take(step); }

  bool finish(const Position& position, const domain::State& state) override {
    std::vector<History> histories(state.owner_count() + 1);
    for (const Loan& loan : book_.loans()) {
      const domain::Project& project = state.project(loan.project);
      if (loan.lent()) add(histories[project.borrower.value()], loan, project, position.date);
    }
    for (std::uint64_t i = 1; i <= state.owner_count(); ++i) {
      const domain::Owner& owner = state.owner(base::ClientId(i));
      if (histories[i].loans == 0 || (!client_.empty() && owner.code != client_)) continue;
      write(histories[i], owner, currency_of(state, base::ClientId(i)));
    }
    table().end(position, kDefinitions);
    return true;
  }

 private:
  static Title title_of(const Options& options) {
    Title title{"credit-history",
                {},
                {"borrower", "currency", "loans_total", "loans_open", "outstanding", "overdue_ever",
                 "overdue_year", "overdue_amount", "max_days", "compensated_count",
                 "compensated_amount", "early_count", "last_repaid_on"}};
    if (!options.client.empty()) title.parameters.emplace_back("client", options.client);
    return title;
  }

  static void add(History& history, const Loan& loan, const domain::Project& project,
                  base::Date day) {
    ++history.loans;
    if (project.outstanding() > 0) ++history.open;
    const Arrears arrears = LoanBook::arrears(loan, project, day);
    history.overdue_amount += base::Total::from_minor(arrears.principal + arrears.interest);
    for (std::uint32_t i = 1; i <= loan.instalments.size(); ++i) {
      const std::int64_t late = LoanBook::days_late(loan, project, i, day);
      if (late == 0) continue;
      ++history.overdue_ever;
      if (day.days() - project.instalments[i - 1].due.days() <= kYearDays) ++history.overdue_year;
      history.max_days = std::max(history.max_days, late);
    }
    history.compensated_count += loan.compensations + loan.reserve_payments;
    history.compensated += base::Total::from_minor(loan.compensated + loan.reserve_paid);
    if (!loan.repaid_early_on.is_none()) ++history.early;
    history.last_repaid_on = std::max(history.last_repaid_on, loan.last_repaid_on);
  }

  void write(const History& h, const domain::Owner& owner, base::Currency currency) {
    Row row(currency);
    row.text(owner.code).text(currency.code()).count(h.loans).count(h.open);
    row.amount(base::Total::from_minor(owner.outstanding)).count(h.overdue_ever);
    row.count(h.overdue_year).amount(h.overdue_amount).count(h.max_days);
    row.count(h.compensated_count).amount(h.compensated).count(h.early).date(h.last_repaid_on);
    table().row(row);
  }

  std::string client_;
  LoanBook book_;
};

}  // namespace

Made make_credit_history(const Options& options, Put put) {
  return {std::make_unique<CreditHistory>(options, std::move(put)), {}};
}

}  // namespace recon::exports
