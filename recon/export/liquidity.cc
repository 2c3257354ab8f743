// liquidity: repayments to come, whether the bank covers what clients are owed, and what would
// happen if many of them withdrew at once.
#include <fmt/format.h>

#include <array>
#include <map>

#include "recon/export/export.h"
#include "recon/export/loan_book.h"
#include "recon/export/ratio.h"

namespace recon::exports {
namespace {

constexpr std::array<std::int64_t, 6> kLadderDays = {1, 7, 14, 30, 60, 90};

constexpr Definition kDefinitions[] = {
    {"overdue", "instalments due before the business date and not received"},
    {"due_within",
     "instalments due on the business date or at most so many days after it, and not "
     "paid; each step includes the steps before it"},
    {"due_later", "instalments due more than 90 days after the business date"},
    {"coverage",
     "money at the bank and in transit to it (numerator, groups bank and in_transit) to "
     "what clients are owed (denominator, group client); ratio_bp in basis points, "
     "rounded down; 10000 or more covers"},
    {"stress",
     "clients withdraw so many percent of their settled available money (denominator, "
     "rounded up), to be paid from the money at the bank (numerator); uncovered: what the "
     "bank is short of"},
    {"stress_after", "coverage of what is left if all of it is paid"},
};

class Liquidity : public TableExport {
 public:
  Liquidity(const Options& options, Put put)
      : TableExport(options, std::move(put),
                    {"liquidity",
                     {{"withdraw", fmt::format("{} %", options.withdraw_percent)}},
                     {"record", "currency", "days", "until", "loans", "instalments", "principal",
                      "interest", "total", "numerator", "denominator", "ratio_bp", "uncovered"}}),
        percent_(options.withdraw_percent) {}

  void take(const Step& step) override { book_.take(step); }

  bool finish(const Position& position, const domain::State& state) override {
    const auto& currencies = state.profile().currencies();
    std::vector<Ladder> ladders(currencies.size());
    for (const Loan& loan : book_.loans()) {
      const domain::Project& project = state.project(loan.project);
      add(ladders[state.owner(project.borrower).currency], loan, project, position.date);
    }
    for (std::uint8_t c = 0; c < currencies.size(); ++c) {
      write(ladders[c], currencies[c], position.date);
      write_coverage(state, c);
    }
    table().end(position, kDefinitions);
    return true;
  }

 private:
  struct Rung {
    std::uint64_t loans = 0;
    std::uint64_t instalments = 0;
    base::Total principal;
    base::Total interest;
    base::ProjectId last;

    void add(base::ProjectId project, base::Total p, base::Total i) {
      if (last != project) ++loans;
      last = project;
      ++instalments;
      principal += p;
      interest += i;
    }
  };
  struct Ladder {
    Rung overdue;
    std::array<Rung, kLadderDays.size()> within;
    Rung later;
  };

  static void add(Ladder& ladder, const Loan& loan, const domain::Project& project,
                  base::Date day) {
    if (!loan.lent()) return;
    for (std::uint32_t i = 1; i <= loan.instalments.size() && !loan.is_void(i); ++i) {
      const domain::Instalment& due = project.instalments[i - 1];
      const LoanInstalment& paid = loan.instalments[i - 1];
      if (due.due < day) {
        if (!paid.received_on.is_none()) continue;
        ladder.overdue.add(project.id, due.principal - minor(paid.principal_received),
                           due.interest - minor(paid.interest_received));
        continue;
      }
      if (!paid.paid_on.is_none()) continue;
      const base::Total principal = due.principal - minor(paid.principal_paid);
      const base::Total interest = due.interest - minor(paid.interest_paid);
      const std::int64_t days = due.due.days() - day.days();
      for (std::size_t step = 0; step < kLadderDays.size(); ++step) {
        if (days <= kLadderDays[step]) ladder.within[step].add(project.id, principal, interest);
      }
      if (days > kLadderDays.back()) ladder.later.add(project.id, principal, interest);
    }
  }
  static base::Total minor(std::int64_t value) { return base::Total::from_minor(value); }

  void write_step(std::string_view record, base::Currency currency, const Rung& step,
                  std::int64_t days, base::Date until) {
    Row row(currency);
    row.text(record).text(currency.code());
    if (days > 0) {
      row.count(days);
    } else {
      row.none();
    }
    row.date(until).count(step.loans).count(step.instalments).amount(step.principal);
    row.amount(step.interest).amount(step.principal + step.interest).none(4);
    table().row(row);
  }
  void write(const Ladder& ladder, base::Currency currency, base::Date day) {
    write_step("overdue", currency, ladder.overdue, 0, day.plus_days(-1));
    for (std::size_t i = 0; i < kLadderDays.size(); ++i) {
      write_step("due_within", currency, ladder.within[i], kLadderDays[i],
                 day.plus_days(kLadderDays[i]));
    }
    write_step("due_later", currency, ladder.later, 0, {});
  }

  void write_ratio(std::string_view record, base::Currency currency, base::Total numerator,
                   base::Total denominator) {
    const base::Total gap = denominator - numerator;
    Row row(currency);
    row.text(record).text(currency.code()).none(7).amount(numerator).amount(denominator);
    row.count(basis_points(numerator.minor(), denominator.minor()));
    row.amount(gap.is_negative() ? base::Total() : gap);
    table().row(row);
  }
  void write_coverage(const domain::State& state, std::uint8_t currency) {
    base::Total bank;
    base::Total in_transit;
    base::Total client;
    for (const domain::ClassTotal& total : state.class_totals()) {
      if (total.currency != state.profile().currencies()[currency]) continue;
      const auto index = state.profile().class_index(total.account_class);
      switch (state.profile().classes()[*index].group) {
        case domain::ClassGroup::kBank:
          bank += total.debits - total.credits;
          break;
        case domain::ClassGroup::kInTransit:
          in_transit += total.debits - total.credits;
          break;
        case domain::ClassGroup::kClient:
          client += total.credits - total.debits;
          break;
        case domain::ClassGroup::kShortfall:
        case domain::ClassGroup::kPlatform:
          break;
      }
    }
    const base::Currency code = state.profile().currencies()[currency];
    write_ratio("coverage", code, bank + in_transit, client);
    const base::Int128 settled = settled_available(state, currency);
    const base::Total asked = base::Total::from_minor((settled * percent_ + 99) / 100);
    write_ratio("stress", code, bank, asked);
    write_ratio("stress_after", code, bank + in_transit - asked, client - asked);
  }
  static base::Int128 settled_available(const domain::State& state, std::uint8_t currency) {
    base::Int128 sum = 0;
    for (std::uint64_t i = 1; i <= state.owner_count(); ++i) {
      const domain::Owner& owner = state.owner(base::ClientId(i));
      const auto position = state.profile().kinds()[owner.kind].available;
      if (!position || owner.currency != currency) continue;
      const base::AccountId id(owner.first_account + *position);
      const std::int64_t settled = state.balance(id) - state.account(id).credits_pending;
      if (settled > 0) sum += settled;
    }
    return sum;
  }

  int percent_;
  LoanBook book_;
};

}  // namespace

Made make_liquidity(const Options& options, Put put) {
  if (options.withdraw_percent < 0 || options.withdraw_percent > 100) {
    return {nullptr, "--stress is 0 to 100 percent"};
  }
  return {std::make_unique<Liquidity>(options, std::move(put)), {}};
}

}  // namespace recon::exports
