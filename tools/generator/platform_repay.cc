// The loans of a platform after they were paid out: instalments in time, late or never, in parts,
// all at once; who pays in the borrower's place, and whether the borrower pays that back.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tools/generator/platform.h"

namespace tools::generator {
namespace {

// Of a thousand instalments due: 40 are late, 15 of them are the loan's last.
constexpr std::uint64_t kLate = 40;
constexpr std::uint64_t kBadOfLate = 375;
constexpr std::uint64_t kRescued = 600;   // of the loans that went bad
constexpr std::uint64_t kRecovers = 350;  // of those rescued

}  // namespace

// The day-roll: what was due before today.
void Platform::mark_overdue() {
  for (Loan& loan : repaying_) {
    if (loan.marked || loan.book.paid_up() || loan.book.next().date >= today_) continue;
    loan.marked = true;
    send("overdue", "platform", order_id('U'), fmt::format(R"("project":"{}")", loan.project));
  }
}

void Platform::repay_due() {
  for (std::size_t i = 0; i < repaying_.size(); ++i) {
    Loan& loan = repaying_[i];
    if (loan.recoverable > 0 && loan.recovers) recover(loan);
    if (loan.book.paid_up()) continue;
    const bool due = loan.book.next().date <= today_;
    if (loan.bad) {
      compensate(i);
    } else if (loan.early_after > 0 && loan.early_after == loan.book.instalments_paid()) {
      repay_early(i);
    } else if (due && pays_today(loan)) {
      repay(i);
    } else if (due && !loan.bad && random_.per_mille(300)) {
      repay_part(i, loan.book.next().whole() / 3);
    }
  }
}

// Decides once per instalment.
bool Platform::pays_today(Loan& loan) {
  if (loan.late || !random_.per_mille(kLate)) return true;
  loan.late = true;
  if (random_.per_mille(kBadOfLate)) {
    loan.bad = true;
    const bool somebody = loan.guarantor != kNobody || options_.reserve;
    loan.rescued = somebody && random_.per_mille(kRescued);
    loan.recovers = random_.per_mille(kRecovers);
  }
  return false;
}

void Platform::repay(std::size_t at) {
  Loan& loan = repaying_[at];
  const Fen amount = loan.book.next().whole();
  loan.late = false;
  // Who has to pay something in anyway brings up to two instalments more.
  const Fen more = amount * static_cast<Fen>(random_.below(3));
  if (clients_[loan.borrower].available < amount) ensure_funds(loan.borrower, amount + more, false);
  const std::string order = order_id('R');
  send("repay", random_.per_mille(800) ? "standing" : "client", order,
       fmt::format(R"("project":"{}","instalment":{},"amount":{})", loan.project,
                   loan.book.instalments_paid() + 1, amount));
  clients_[loan.borrower].available -= amount;
  repayments_.push_back({order, at, amount, false});
}

void Platform::repay_part(std::size_t at, Fen amount) {
  if (amount == 0) return;
  const Loan& loan = repaying_[at];
  ensure_funds(loan.borrower, amount, false);
  const std::string order = order_id('R');
  send("repay_partial", "client", order,
       fmt::format(R"("project":"{}","amount":{})", loan.project, amount));
  clients_[loan.borrower].available -= amount;
  repayments_.push_back({order, at, amount, false});
}

// With what was agreed for the interest that lenders lose: a hundredth of what is left.
void Platform::repay_early(std::size_t at) {
  const Loan& loan = repaying_[at];
  const Fen compensation = loan.book.owed() / 100;
  const Fen amount = loan.book.early(today_).whole() + compensation;
  ensure_funds(loan.borrower, amount, false);
  const std::string order = order_id('R');
  send("repay_early", "client", order,
       fmt::format(R"("project":"{}","amount":{}{})", loan.project, amount,
                   compensation > 0 ? fmt::format(R"(,"compensation":{})", compensation) : ""));
  clients_[loan.borrower].available -= amount;
  repayments_.push_back({order, at, amount, true});
}

void Platform::credit(const std::vector<Credit>& credits) {
  for (const Credit& c : credits) clients_[c.lender].available += c.amount;
}

void Platform::distribute_all() {
  for (const Repayment& repayment : std::exchange(repayments_, {})) {
    Loan& loan = repaying_[repayment.loan];
    send("distribute", "platform", "X" + repayment.order,
         fmt::format(R"("order":"{}")", repayment.order));
    const std::size_t before = loan.book.instalments_paid();
    credit(repayment.early ? loan.book.pay_early(repayment.amount)
                           : loan.book.pay(repayment.amount));
    if (loan.book.instalments_paid() != before) loan.marked = false;
  }
}

// A month after the due date (at least two days) somebody pays the lenders: a guarantor, directly
// or through the borrower's account, or the reserve, as far as it reaches.
void Platform::compensate(std::size_t at) {
  Loan& loan = repaying_[at];
  const int month = options_.month_days == 0 ? 30 : options_.month_days;
  const Due due = loan.book.next();
  if (!loan.rescued || !loan.marked || due.date.plus_days(std::max(2, month)) > today_) return;
  const std::string id = order_id('R');
  Fen amount = due.whole();
  const bool by_reserve = loan.guarantor == kNobody;
  if (by_reserve) amount = std::min(amount, reserve_);
  if (amount == 0) return;
  std::string fields = fmt::format(R"("project":"{}","amount":{})", loan.project, amount);
  loan.recoverable += amount;
  if (by_reserve) {
    send("reserve_compensate", "platform", id, fields);
    reserve_ -= amount;
  } else {
    ensure_funds(loan.guarantor, amount);
    clients_[loan.guarantor].available -= amount;
    if (random_.per_mille(500)) {
      send("compensate_indirect", "standing", id, fields);
      repayments_.push_back({id, at, amount, false});
      return;
    }
    fields += fmt::format(R"(,"guarantor":"{}")", clients_[loan.guarantor].code);
    send("compensate", "guarantor", id, fields);
  }
  credit(loan.book.pay(amount));
  loan.marked = loan.marked && amount < due.whole();
}

void Platform::recover(Loan& loan) {
  ensure_funds(loan.borrower, loan.recoverable, false);
  const bool by_reserve = loan.guarantor == kNobody;
  send("recover", "client", order_id('R'),
       fmt::format(R"("project":"{}","client":"{}","amount":{})", loan.project,
                   by_reserve ? "reserve" : clients_[loan.guarantor].code, loan.recoverable));
  clients_[loan.borrower].available -= loan.recoverable;
  (by_reserve ? reserve_ : clients_[loan.guarantor].available) += loan.recoverable;
  loan.recoverable = 0;
}

void Platform::forget_paid() {
  std::erase_if(repaying_, [](const Loan& loan) {
    return loan.book.paid_up() && (loan.recoverable == 0 || !loan.recovers);
  });
}

}  // namespace tools::generator
