// F25, first half: a lender offers a price for a part of another's claim (债权转让). The price is
// frozen in the buyer's own name, the part of the claim is set aside.
#include <fmt/format.h>

#include "ledger/domain/flows/lenders.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {{Field::kClient, true},  {Field::kSeller, true},
                                 {Field::kProject, true}, {Field::kPrincipal, true},
                                 {Field::kAmount, true},  {Field::kExpires, false}};

// A lender of the project's currency who may hold its claims.
std::optional<Refusal> need_lender(const State& state, const Project& project,
                                   base::ClientId lender) {
  const Owner& owner = state.owner(lender);
  const Owner& borrower = state.owner(project.borrower);
  if (kind_name(state, lender) != "lender" || owner.currency != borrower.currency) {
    return refuse(RefusalCode::kWrongKind, fmt::format("client={}", owner.code));
  }
  return std::nullopt;
}

std::optional<Refusal> need_strangers(const State& state, const Project& project,
                                      base::ClientId buyer, base::ClientId seller) {
  if (state.owner(buyer).person() == state.owner(project.borrower).person()) {
    return refuse(RefusalCode::kSelfLending, fmt::format("person={}", state.owner(buyer).person()));
  }
  return need_unrelated(state, buyer, seller);
}

std::optional<Refusal> need_price(const State& state, base::Amount principal, base::Amount price) {
  const Policy& policy = state.profile().policy();
  const auto share = [&](std::int64_t bp) { return base::Int128{principal.minor()} * bp; };
  const base::Int128 asked = base::Int128{price.minor()} * 10'000;
  if (asked >= share(policy.claim_price_min_bp) && asked <= share(policy.claim_price_max_bp)) {
    return std::nullopt;
  }
  return refuse(RefusalCode::kPriceOutOfBand,
                fmt::format("principal={} price={} min_bp={} max_bp={}", principal.minor(),
                            price.minor(), policy.claim_price_min_bp, policy.claim_price_max_bp));
}

std::optional<Refusal> decide(const State& state, const Command& command, const Context&,
                              Entry& draft) {
  const auto buyer = find_client(state, command);
  if (!buyer) return buyer.error();
  const auto seller = find_client(state, command, Field::kSeller);
  if (!seller) return seller.error();
  const auto id = find_project(state, command);
  if (!id) return id.error();
  const Project& project = state.project(*id);
  const base::Amount principal = command.amount(Field::kPrincipal);
  const base::Amount price = command.amount(Field::kAmount);
  const base::Date expires = command.date(Field::kExpires);
  if (auto refusal = need_lender(state, project, buyer->id)) return refusal;
  if (auto refusal = need_lender(state, project, seller->id)) return refusal;
  if (buyer->id == seller->id) {
    return refuse(RefusalCode::kWrongKind, fmt::format("seller={}", command.text(Field::kSeller)));
  }
  if (auto refusal = need_state(project, ProjectState::kRepaying)) return refusal;
  if (auto refusal = need_strangers(state, project, buyer->id, seller->id)) return refusal;
  if (auto refusal = need_funds(state, buyer->available, price)) return refusal;
  if (auto refusal = need_transferable(state, project)) return refusal;
  const Claim* claim = find_claim(state, *id, seller->id);
  const std::int64_t free = claim == nullptr ? 0 : claim->outstanding() - claim->reserved;
  if (free < principal.minor()) {
    return refuse(RefusalCode::kClaimExceeded,
                  fmt::format("seller={} free={} requested={}", command.text(Field::kSeller), free,
                              principal.minor()));
  }
  if (auto refusal = need_price(state, principal, price)) return refusal;
  if (!expires.is_none() && expires < state.business_date()) {
    return refuse(RefusalCode::kExpired, fmt::format("expires={}", format(expires)));
  }

  // From here the entry must succeed.
  post(draft, buyer->available, buyer->frozen, price);
  open_hold(state, draft, HoldKind::kClaimPurchase, buyer->frozen, seller->available, price);
  draft.holds.back().project = *id;
  draft.holds.back().principal = principal;
  draft.holds.back().expires = expires;
  draft.claims.push_back({ClaimOp::kOffer, *id, seller->id, principal, base::Amount()});
  return std::nullopt;
}

}  // namespace

const Flow kClaimBid{FlowCode::kClaimBid, kFields, Needs::kClaims, decide};

}  // namespace ledger::domain::flows
