// The laws: what must hold of every entry, whatever flow made it. They do not trust the flow; each
// looks only at the state before and the entry. `why` gets the figures when a law is broken.
#pragma once

#include <optional>

#include "ledger/domain/entry.h"
#include "ledger/domain/refusal.h"
#include "ledger/domain/state.h"

namespace ledger::domain::laws {

// Every posting has two different existing accounts of one currency and a positive amount.
std::optional<Refusal> balanced(const State& state, const Entry& entry);
// No account falls below zero on its normal side.
std::optional<Refusal> never_negative(const State& state, const Entry& entry);
// The profile's matrix allows the flow to move money between these classes, with its conditions.
std::optional<Refusal> flow_matrix(const State& state, const Entry& entry);
// Nothing goes from one client to another, or between a client and the reserve, but what a claim or
// an order of the entry explains.
std::optional<Refusal> parties_apart(const State& state, const Entry& entry);
// bank + in transit + shortfall = client + platform, per currency.
std::optional<Refusal> control_equation(const State& state, const Entry& entry);
// In itemised classes the balance equals the open holds; no hold is used beyond what it has.
std::optional<Refusal> itemised(const State& state, const Entry& entry);
// Money of a project stays in it: one project per entry; frozen + released + disbursed = bid;
// disbursed = target; the lenders get what is due, interest first, from the borrower, or from
// guarantor or reserve of an overdue project, who may recover just that; a claim changes hands
// against its price; the project is settled when nobody is owed anything.
std::optional<Refusal> project_conserved(const State& state, const Entry& entry);
// Claims follow the money: created by the disbursed principal, reduced by the repaid one, holder by
// holder; never below zero; no more sold than is owed and not offered to others; never held by the
// platform.
std::optional<Refusal> claims_conserved(const State& state, const Entry& entry);
// An entry that debits an account leaves on it what its restrictions add up to, unless the profile
// lets the flow take restricted money.
std::optional<Refusal> restricted(const State& state, const Entry& entry);
// The bank's money moves on the bank's reference; an entry is taken back once, and returned only by
// the flow that returns its kind.
std::optional<Refusal> evidenced(const State& state, const Entry& entry);
// Posted counters only grow, and stay below 9.2 * 10^18.
std::optional<Refusal> counters_grow(const State& state, const Entry& entry);

// All of them, in this order; the first broken one.
std::optional<Refusal> check_all(const State& state, const Entry& entry);

}  // namespace ledger::domain::laws
