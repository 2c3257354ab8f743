// What the loan flows share: what is due when, paying the holders of a project's claims, and the
// state the project is in afterwards.
#pragma once

#include <optional>

#include "ledger/domain/flows/common.h"

namespace ledger::domain::flows {

// An amount of money for lenders, or what of it is due.
struct Due {
  std::int64_t principal = 0;
  std::int64_t interest = 0;
  base::Int128 total() const { return base::Int128{principal} + interest; }
};

// Refuses unless the project is in this state.
std::optional<Refusal> need_state(const Project& project, ProjectState state);
// Refuses while a repayment of the project is frozen, which would be paid on the wrong instalment.
std::optional<Refusal> need_no_repayment(const Project& project);
// Refuses unless the next unpaid instalment is marked overdue.
std::optional<Refusal> need_marked_overdue(const Project& project);
// The next unpaid instalment is marked overdue, or due before the day.
bool is_overdue(const Project& project, base::Date day);

// The whole schedule is paid, or an early repayment ended it.
bool is_paid_up(const Project& project);
// Refuses a loan that the platform would make to itself: its borrower or guarantor is related.
std::optional<Refusal> need_unrelated(const State& state, const Project& project);
// Refuses a claim that the platform would buy or sell: a party is related to it.
std::optional<Refusal> need_unrelated(const State& state, base::ClientId buyer,
                                      base::ClientId seller);
// Refuses where claims of an overdue project may not change hands.
std::optional<Refusal> need_transferable(const State& state, const Project& project);
// Refuses unless the project has a guarantor, and the command names no other.
std::optional<Refusal> need_guarantor(const State& state, const Project& project,
                                      const Command& command);
// The holder's claim; null if it has none.
const Claim* find_claim(const State& state, base::ProjectId project, base::ClientId holder);

// Gives a bid back, and to the platform what it had added to it.
void release_bid(const State& state, const Hold& bid, Entry& draft);

// What is unpaid of the next instalment; nothing once the project is paid up.
Due unpaid_of_next(const Project& project);
// How an amount, no more than what is unpaid of the next instalment, falls on it: interest first.
Due split_of(const Project& project, base::Amount amount);
// What an early repayment on the day has to pay: all principal, the unpaid interest of instalments
// due by then, and that of the current period by days, half up. Nothing if it is no Amount.
std::optional<Due> due_early(const Project& project, base::Date day);
// Refuses an amount above what is unpaid of the next instalment.
std::optional<Refusal> need_within_due(const Project& project, base::Amount amount);

// Pays the holders pro rata (allocation.h) from one account, principal and interest as two
// allocations, and notes it in their claims by `op`, kRepay or kCompensate.
void pay_lenders(const State& state, const Project& project, base::AccountId from, Due paid,
                 ClaimOp op, Entry& draft);
// A third party's payment of the next instalment: the lenders are paid, the payer may claim it back
// from the borrower.
void compensate(const State& state, const Project& project, base::ClientId payer,
                base::AccountId from, base::Amount amount, Entry& draft);
// Moves the project where the draft's payments bring it: settled when nothing is owed to anyone,
// defaulted when only compensators are owed.
void move_when_paid(const Project& project, Entry& draft);

}  // namespace ledger::domain::flows
