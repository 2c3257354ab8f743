// The law of claims, holder by holder; that of the project as a whole is in laws_project.cc.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "ledger/domain/laws.h"

namespace ledger::domain::laws {
namespace {

using base::Int128;

// What one holder gets and gives in an entry.
struct HolderDelta {
  Int128 lent = 0;  // captured bids, with what the platform added to them
  Int128 created = 0;
  Int128 principal_paid = 0;  // by postings
  Int128 interest_paid = 0;
  Int128 principal_noted = 0;  // by claim changes
  Int128 interest_noted = 0;
  Int128 sold = 0;
  Int128 offered = 0;
  Int128 unoffered = 0;
  bool holds = false;  // the entry changes a claim of this holder
};

void note(HolderDelta& d, const ClaimChange& c) {
  const Int128 principal = c.principal.minor();
  switch (c.op) {
    case ClaimOp::kCreate:
      d.created += principal;
      break;
    case ClaimOp::kRepay:
    case ClaimOp::kCompensate:
      d.principal_noted += principal;
      d.interest_noted += c.interest.minor();
      break;
    case ClaimOp::kSell:
      d.sold += principal;
      break;
    case ClaimOp::kOffer:
      d.offered += principal;
      break;
    case ClaimOp::kUnoffer:
      d.unoffered += principal;
      break;
    case ClaimOp::kBuy:
      break;
    case ClaimOp::kRecover:
    case ClaimOp::kSubrogate:
      return;
  }
  d.holds = true;
}

std::map<std::uint64_t, HolderDelta> holder_deltas(const State& state, const Entry& entry) {
  std::map<std::uint64_t, HolderDelta> holders;
  bool pays = false;
  for (const ClaimChange& c : entry.claims) {
    note(holders[c.holder.value()], c);
    pays = pays || c.op == ClaimOp::kRepay || c.op == ClaimOp::kCompensate;
  }
  for (const HoldChange& h : entry.holds) {
    const bool bid = h.kind == HoldKind::kBid || h.kind == HoldKind::kRedPacket;
    if (bid && h.op == HoldOp::kCapture) {
      holders[state.account(h.beneficiary).owner].lent += h.amount.minor();
    }
  }
  // Principal out of a bid makes a claim; principal or interest into an account pays one.
  for (const Posting& p : entry.postings) {
    if (!pays) break;
    HolderDelta& d = holders[state.account(p.credit).owner];
    if (p.kind == PostingKind::kPrincipal) d.principal_paid += p.amount.minor();
    if (p.kind == PostingKind::kInterest) d.interest_paid += p.amount.minor();
  }
  return holders;
}

// Why the holder's claim cannot change so; empty if it can.
std::string_view unfit(const HolderDelta& d, const std::vector<Claim>& claims,
                       base::ClientId holder) {
  if (d.lent != d.created) return "gets a claim that is not its bid";
  if (d.principal_paid != d.principal_noted || d.interest_paid != d.interest_noted) {
    return "is paid another sum than its claim falls by";
  }
  const Int128 needed = d.principal_noted + d.interest_noted + d.sold + d.offered + d.unoffered;
  if (needed == 0) return {};
  const auto at =
      std::lower_bound(claims.begin(), claims.end(), holder,
                       [](const Claim& c, base::ClientId wanted) { return c.holder < wanted; });
  if (at == claims.end() || at->holder != holder) return "has no claim";
  if (at->outstanding() < d.principal_noted) return "is repaid more than its claim";
  if (at->reserved < d.unoffered) return "takes back more than it offered";
  const Int128 free = Int128{at->outstanding()} - at->reserved + d.unoffered;
  // What is set aside may exceed a claim that was repaid meanwhile; then nothing of it is sold.
  if (d.sold + d.offered > 0 && free < d.sold + d.offered) return "sells more than is free";
  return {};
}

}  // namespace

std::optional<Refusal> claims_conserved(const State& state, const Entry& entry) {
  if (entry.claims.empty()) {
    const bool lends = std::any_of(entry.holds.begin(), entry.holds.end(), [](const HoldChange& h) {
      return (h.kind == HoldKind::kBid || h.kind == HoldKind::kRedPacket) &&
             h.op == HoldOp::kCapture;
    });
    if (lends) return Refusal{RefusalCode::kLawClaim, "a bid is disbursed without a claim"};
    return std::nullopt;
  }
  const base::ProjectId project = entry.claims.front().project;
  if (project.value() > state.project_count() || !state.claims_loaded(project)) {
    return Refusal{RefusalCode::kLawClaim, "claims of an unknown project"};
  }
  for (const auto& [holder, d] : holder_deltas(state, entry)) {
    if (holder == 0 || holder > state.owner_count()) {
      return Refusal{RefusalCode::kLawClaim, "a holder does not exist"};
    }
    const Owner& owner = state.owner(base::ClientId(holder));
    std::string_view why;
    if (d.holds && state.profile().kinds()[owner.kind].structural) why = "is the platform";
    if (why.empty()) why = unfit(d, state.claims(project), base::ClientId(holder));
    if (!why.empty()) {
      return Refusal{RefusalCode::kLawClaim, fmt::format("holder={} {}", owner.code, why)};
    }
  }
  return std::nullopt;
}

}  // namespace ledger::domain::laws
