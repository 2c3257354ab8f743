// The law between clients: no payments from one to another (CUSTODY 3.4), but for what a claim or
// an order of theirs explains. The reserve is a party like them: it pays lenders and is paid back.
#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "ledger/domain/laws.h"

namespace ledger::domain::laws {
namespace {

using base::AccountId;
using base::Int128;

bool is_client(const State& state, AccountId id) {
  const Account& account = state.account(id);
  const Profile& profile = state.profile();
  return profile.classes()[account.class_index].group == ClassGroup::kClient &&
         !profile.kinds()[state.owner(base::ClientId(account.owner)).kind].structural;
}

bool is_reserve(const State& state, AccountId id) {
  return state.find_owner("reserve") == base::ClientId(state.account(id).owner);
}

// Money goes from one client to another, or between a client and the reserve.
bool is_between_parties(const State& state, const Posting& p) {
  if (state.account(p.debit).owner == state.account(p.credit).owner) return false;
  const bool from_client = is_client(state, p.debit);
  const bool to_client = is_client(state, p.credit);
  return (from_client && to_client) || (to_client && is_reserve(state, p.debit)) ||
         (from_client && is_reserve(state, p.credit));
}

// A loan is paid out or paid for; the laws of projects and claims judge to whom and how much.
bool has_loan(const Entry& entry) {
  return std::any_of(entry.claims.begin(), entry.claims.end(), [](const ClaimChange& c) {
    return c.op == ClaimOp::kCreate || c.op == ClaimOp::kRepay || c.op == ClaimOp::kCompensate ||
           c.op == ClaimOp::kRecover;
  });
}

// What the entry's orders move from one account to another: the price of a claim, what was held for
// a counterparty, a guarantor's money for the borrower's instalment.
std::map<std::pair<AccountId, AccountId>, Int128> ordered(const Entry& entry) {
  std::map<std::pair<AccountId, AccountId>, Int128> amounts;
  for (const HoldChange& h : entry.holds) {
    const bool captured =
        h.op == HoldOp::kCapture && (h.kind == HoldKind::kClaimPurchase ||
                                     h.kind == HoldKind::kEscrow || h.kind == HoldKind::kDisputed);
    if (captured) amounts[{h.account, h.beneficiary}] += h.amount.minor();
    if (h.kind == HoldKind::kRepayment && h.op == HoldOp::kOpen) {
      amounts[{h.beneficiary, h.account}] += h.amount.minor();
    }
  }
  return amounts;
}

}  // namespace

std::optional<Refusal> parties_apart(const State& state, const Entry& entry) {
  const bool loan = has_loan(entry);
  std::map<std::pair<AccountId, AccountId>, Int128> left;
  bool collected = false;
  for (const Posting& p : entry.postings) {
    // What a reversal takes back was judged when it was made.
    if (entry.flow == FlowCode::kReversalApprove && p.kind == PostingKind::kReversal) continue;
    if (!is_between_parties(state, p)) continue;
    if (loan && (p.kind == PostingKind::kPrincipal || p.kind == PostingKind::kInterest)) continue;
    if (!std::exchange(collected, true)) left = ordered(entry);
    Int128& amount = left[{p.debit, p.credit}];
    amount -= p.amount.minor();
    if (amount >= 0) continue;
    return Refusal{
        RefusalCode::kLawFlowMatrix,
        fmt::format("flow={} {} -> {}: no claim or order between them", name_of(entry.flow),
                    state.account_code(p.debit), state.account_code(p.credit))};
  }
  return std::nullopt;
}

}  // namespace ledger::domain::laws
