// F25, given up: the price goes back to the buyer, the part of the claim is free again. Whatever
// has become of the loan meanwhile.
#include "ledger/domain/flows/common.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {{Field::kOrder, true}};

std::optional<Refusal> decide(const State& state, const Command& command, const Context& context,
                              Entry& draft) {
  const auto hold = find_order(state, command, context, HoldKind::kClaimPurchase);
  if (!hold) return hold.error();

  // From here the entry must succeed.
  const Hold& open = **hold;
  const Party buyer = party_of(state, base::ClientId(state.account(open.account).owner));
  const base::Amount price = base::Amount::of(open.remaining);
  post(draft, open.account, buyer.available, price);
  use_hold(draft, HoldOp::kRelease, open, price);
  draft.claims.push_back({ClaimOp::kUnoffer, open.project,
                          base::ClientId(state.account(open.beneficiary).owner),
                          base::Amount::of(open.principal), base::Amount()});
  return std::nullopt;
}

}  // namespace

const Flow kClaimCancel{FlowCode::kClaimCancel, kFields, Needs::kClaims, decide};

}  // namespace ledger::domain::flows
