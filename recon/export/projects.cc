// projects: how far each loan is: filled, paid out, and every instalment of it.
#include <fmt/format.h>

#include "recon/export/export.h"
#include "recon/export/loan_book.h"
#include "recon/export/ratio.h"

namespace recon::exports {
namespace {

constexpr Definition kDefinitions[] = {
    {"record", "project: the loan as a whole; instalment: one due date of it"},
    {"fill_bp", "(frozen + lent) of the target in basis points, rounded down"},
    {"outstanding", "principal lent and not repaid; of an instalment, principal due and not paid"},
    {"paid", "by the ledger's entries, whoever paid"},
    {"received_on", "when an instalment was paid in full with money that the bank had confirmed"},
    {"status",
     "paid, late (received after it was due), unsettled (paid with a deposit that the "
     "bank has not confirmed), partly, overdue, due, void (ended by an early repayment)"},
    {"days_late", "from the due date to received_on, or to the business date"},
};

class Projects : public TableExport {
 public:
  Projects(const Options& options, Put put)
      : TableExport(options, std::move(put), title_of(options)), project_(options.project) {}

  void take(const Step& step) override { book_.take(step); }

  bool finish(const Position& position, const domain::State& state) override {
    for (const Loan& loan : book_.loans()) {
      const domain::Project& project = state.project(loan.project);
      if (!project_.empty() && project.code != project_) continue;
      write(loan, project, state, position.date);
      for (std::uint32_t i = 1; i <= loan.instalments.size(); ++i) {
        write_instalment(loan, project, state, i, position.date);
      }
    }
    table().end(position, kDefinitions);
    return true;
  }

 private:
  static Title title_of(const Options& options) {
    Title title{"projects", {}, {"record",        "project",      "borrower",     "state",
                                 "currency",      "target",       "frozen",       "lent",
                                 "fill_bp",       "disbursed_on", "disbursed_by", "instalment",
                                 "due",           "principal",    "interest",     "principal_paid",
                                 "interest_paid", "outstanding",  "paid_on",      "received_on",
                                 "status",        "days_late"}};
    if (!options.project.empty()) title.parameters.emplace_back("project", options.project);
    return title;
  }

  void write(const Loan& loan, const domain::Project& project, const domain::State& state,
             base::Date day) {
    const base::Currency currency = currency_of(state, project);
    const auto minor = [](base::Int128 value) { return base::Total::from_minor(value); };
    base::Total principal;
    base::Total interest;
    base::Total interest_paid;
    for (std::uint32_t i = 0; i < loan.instalments.size(); ++i) {
      principal += project.instalments[i].principal;
      interest += project.instalments[i].interest;
      interest_paid += minor(loan.instalments[i].interest_paid);
    }
    const Arrears arrears = LoanBook::arrears(loan, project, day);
    Row row(currency);
    row.text("project").text(project.code).text(state.owner(project.borrower).code);
    row.text(domain::name_of(project.state)).text(currency.code()).amount(project.target);
    row.amount(minor(project.frozen)).amount(minor(project.disbursed));
    row.count(
        basis_points(base::Int128{project.frozen} + project.disbursed, project.target.minor()));
    row.date(loan.disbursed_on).id(loan.disbursed_by.value()).none(2);
    row.amount(principal).amount(interest).amount(minor(project.repaid)).amount(interest_paid);
    row.amount(minor(project.outstanding())).none();
    row.none().text(arrears.days > 0 ? "overdue" : "").count(arrears.days);
    table().row(row);
  }

  void write_instalment(const Loan& loan, const domain::Project& project,
                        const domain::State& state, std::uint32_t number, base::Date day) {
    const domain::Instalment& due = project.instalments[number - 1];
    const LoanInstalment& paid = loan.instalments[number - 1];
    const base::Currency currency = currency_of(state, project);
    Row row(currency);
    row.text("instalment").text(project.code).text(state.owner(project.borrower).code);
    row.text(domain::name_of(project.state)).text(currency.code()).none(6);
    row.count(number).date(due.due).amount(due.principal).amount(due.interest);
    row.amount(base::Total::from_minor(paid.principal_paid));
    row.amount(base::Total::from_minor(paid.interest_paid));
    const bool owed = loan.lent() && !loan.is_void(number);
    row.amount(owed ? due.principal - base::Total::from_minor(paid.principal_paid) : base::Total());
    row.date(paid.paid_on).date(paid.received_on).text(status_of(loan, project, number, day));
    row.count(LoanBook::days_late(loan, project, number, day));
    table().row(row);
  }

  static std::string_view status_of(const Loan& loan, const domain::Project& project,
                                    std::uint32_t number, base::Date day) {
    const domain::Instalment& due = project.instalments[number - 1];
    const LoanInstalment& paid = loan.instalments[number - 1];
    if (!paid.received_on.is_none()) return paid.received_on > due.due ? "late" : "paid";
    if (!loan.lent()) return "";
    if (loan.is_void(number)) return "void";
    if (!paid.paid_on.is_none()) return "unsettled";
    if (due.due < day) return "overdue";
    return paid.principal_paid + paid.interest_paid > 0 ? "partly" : "due";
  }

  std::string project_;
  LoanBook book_;
};

}  // namespace

Made make_projects(const Options& options, Put put) {
  return {std::make_unique<Projects>(options, std::move(put)), {}};
}

}  // namespace recon::exports
