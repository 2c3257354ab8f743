#include "recon/export/loan_book.h"

#include <algorithm>
#include <set>

#include "ledger/base/check.h"

namespace recon::exports {

using domain::ClaimOp;
using domain::HoldKind;

void LoanBook::take(const Step& step) {
  touched_.clear();
  for (const domain::ProjectOpened& opened : step.entry.projects) {
    Loan loan;
    loan.project = opened.id;
    loan.instalments.resize(opened.instalments.size());
    loans_.push_back(std::move(loan));
    touch(opened.id);
  }
  for (const domain::ProjectMoved& moved : step.entry.moves) touch(moved.id);
  settle(step);
  claim(step);
  for (const domain::InstalmentPaid& paid : step.entry.instalments) pay(step, paid);
  for (const domain::ScheduleVoided& voided : step.entry.voided) end_early(step, voided);
  for (const domain::OwnerChanged& changed : step.entry.owner_changes) {
    for (const Loan& loan : loans_) {
      if (step.state.project(loan.project).borrower == changed.id) touch(loan.project);
    }
  }
}

void LoanBook::touch(base::ProjectId id) {
  if (std::find(touched_.begin(), touched_.end(), id) == touched_.end()) touched_.push_back(id);
}

// Deposits that come into transit, and payments that waited for those that leave it.
void LoanBook::settle(const Step& step) {
  for (const domain::HoldChange& change : step.entry.holds) {
    if (!change.project.is_none()) touch(change.project);
    if (change.kind != HoldKind::kDepositTransit) continue;
    const auto range = deposits_.equal_range(change.beneficiary.value());
    const auto known = std::find_if(range.first, range.second,
                                    [&](const auto& row) { return row.second == change.id; });
    if (step.state.find_hold(change.id) != nullptr) {
      if (known == range.second) deposits_.emplace(change.beneficiary.value(), change.id);
      continue;
    }
    if (known != range.second) deposits_.erase(known);
    const auto waits = waits_for_.equal_range(change.id.value());
    for (auto at = waits.first; at != waits.second; ++at) {
      const auto payment = waiting_.find(at->second);
      if (--payment->second.deposits > 0) continue;
      receive(step, payment->second);
      waiting_.erase(payment);
    }
    waits_for_.erase(change.id.value());
  }
}

void LoanBook::claim(const Step& step) {
  for (const domain::ClaimChange& change : step.entry.claims) {
    Loan& loan = loans_[change.project.value() - 1];
    touch(change.project);
    switch (change.op) {
      case ClaimOp::kCreate:
        loan.disbursed_on = step.entry.business_date;
        loan.disbursed_by = step.entry.sequence;
        ++loan.trades;
        break;
      case ClaimOp::kRepay:
      case ClaimOp::kRecover:
        loan.last_repaid_on = step.entry.business_date;
        break;
      case ClaimOp::kSubrogate:
        compensate(step, change, loan);
        break;
      case ClaimOp::kCompensate:
      case ClaimOp::kSell:
      case ClaimOp::kBuy:
      case ClaimOp::kOffer:
      case ClaimOp::kUnoffer:
        break;
    }
  }
}

// Deposits in transit of whoever paid, unless the payer's available money covers them all.
std::vector<base::HoldId> LoanBook::unsettled_of(const Step& step) const {
  const domain::State& state = step.state;
  std::set<base::AccountId> payers;
  for (const domain::HoldChange& change : step.entry.holds) {
    if (change.kind == HoldKind::kRepayment) payers.insert(change.beneficiary);
  }
  for (const domain::Posting& posting : step.entry.postings) {
    if (!payers.empty()) break;
    const base::ClientId owner = owner_of(state, posting.debit);
    const auto available = state.profile().kinds()[state.owner(owner).kind].available;
    if (available) payers.insert(base::AccountId(state.owner(owner).first_account + *available));
  }
  std::vector<base::HoldId> deposits;
  for (const base::AccountId payer : payers) {
    if (state.balance(payer) >= state.account(payer).credits_pending) continue;
    const auto range = deposits_.equal_range(payer.value());
    for (auto at = range.first; at != range.second; ++at) deposits.push_back(at->second);
  }
  return deposits;
}

// The compensator says who paid: the reserve is the platform's, anybody else is a guarantor.
void LoanBook::compensate(const Step& step, const domain::ClaimChange& change, Loan& loan) {
  const domain::Owner& holder = step.state.owner(change.holder);
  const std::int64_t amount = change.principal.minor() + change.interest.minor();
  if (step.state.profile().kinds()[holder.kind].structural) {
    loan.reserve_paid += amount;
    ++loan.reserve_payments;
  } else {
    loan.compensated += amount;
    ++loan.compensations;
  }
}

// The instalments that an early repayment ended were received with it.
void LoanBook::end_early(const Step& step, const domain::ScheduleVoided& voided) {
  Loan& loan = loans_[voided.project.value() - 1];
  loan.voided_from = voided.from;
  loan.repaid_early_on = step.entry.business_date;
  touch(voided.project);
}

void LoanBook::pay(const Step& step, const domain::InstalmentPaid& paid) {
  Loan& loan = loans_[paid.project.value() - 1];
  const domain::Instalment& due = step.state.project(paid.project).instalments[paid.instalment - 1];
  LoanInstalment& instalment = loan.instalments[paid.instalment - 1];
  instalment.principal_paid += paid.principal.minor();
  instalment.interest_paid += paid.interest.minor();
  instalment.paid_by = step.entry.sequence;
  if (instalment.principal_paid >= due.principal.minor() &&
      instalment.interest_paid >= due.interest.minor()) {
    instalment.paid_on = step.entry.business_date;
  }
  touch(paid.project);
  Waiting payment{paid.project, paid.instalment, paid.principal.minor(), paid.interest.minor(), 0};
  const std::vector<base::HoldId> deposits = unsettled_of(step);
  if (deposits.empty()) {
    receive(step, payment);
    return;
  }
  payment.deposits = deposits.size();
  for (const base::HoldId deposit : deposits) waits_for_.emplace(deposit.value(), next_waiting_);
  waiting_.emplace(next_waiting_++, payment);
}

void LoanBook::receive(const Step& step, const Waiting& payment) {
  Loan& loan = loans_[payment.project.value() - 1];
  const domain::Instalment& due =
      step.state.project(payment.project).instalments[payment.instalment - 1];
  LoanInstalment& instalment = loan.instalments[payment.instalment - 1];
  instalment.principal_received += payment.principal;
  instalment.interest_received += payment.interest;
  if (instalment.principal_received >= due.principal.minor() &&
      instalment.interest_received >= due.interest.minor()) {
    instalment.received_on = step.entry.business_date;
  }
  touch(payment.project);
}

Arrears LoanBook::arrears(const Loan& loan, const domain::Project& project, base::Date day) {
  Arrears arrears;
  if (!loan.lent()) return arrears;
  for (std::uint32_t i = 1; i <= loan.instalments.size() && !loan.is_void(i); ++i) {
    const domain::Instalment& due = project.instalments[i - 1];
    const LoanInstalment& got = loan.instalments[i - 1];
    if (due.due >= day) break;
    if (!got.received_on.is_none()) continue;
    arrears.principal += due.principal.minor() - got.principal_received;
    arrears.interest += due.interest.minor() - got.interest_received;
    if (arrears.instalments++ == 0) arrears.days = day.days() - due.due.days();
  }
  return arrears;
}

std::int64_t LoanBook::days_late(const Loan& loan, const domain::Project& project,
                                 std::uint32_t instalment, base::Date day) {
  base::Date received = loan.instalments[instalment - 1].received_on;
  if (!loan.lent()) return 0;
  if (received.is_none() && loan.is_void(instalment)) received = loan.repaid_early_on;
  const base::Date until = received.is_none() ? day : received;
  return std::max<std::int64_t>(0, until.days() - project.instalments[instalment - 1].due.days());
}

std::int64_t LoanBook::interest_left(const Loan& loan, const domain::Project& project) {
  std::int64_t left = 0;
  if (!loan.lent()) return left;
  for (std::uint32_t i = 1; i <= loan.instalments.size() && !loan.is_void(i); ++i) {
    left += project.instalments[i - 1].interest.minor() - loan.instalments[i - 1].interest_paid;
  }
  return left;
}

}  // namespace recon::exports
