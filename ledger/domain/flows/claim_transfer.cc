// F25, second half: the price goes from the buyer to the seller, the part of the claim the other
// way, and the seller may owe the platform a fee. By the seller's word: the buyer gave its own with
// the bid, and nobody sells for another. Of one loan only, and the loan's term stays.
#include <fmt/format.h>

#include "ledger/domain/flows/lenders.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {
    {Field::kOrder, true}, {Field::kFee, false}, {Field::kFeeRule, false}};

// The seller may pay the fee out of the price, but not out of what is restricted.
std::optional<Refusal> need_fee_funds(const State& state, base::AccountId seller,
                                      base::Amount price, base::Amount fee) {
  const base::Int128 after = base::Int128{state.balance(seller)} + price.minor() - fee.minor();
  if (fee.is_zero() || after >= state.account(seller).debits_pending) return std::nullopt;
  return refuse(RefusalCode::kInsufficientFunds,
                fmt::format("account={} price={} fee={}", state.account_code(seller), price.minor(),
                            fee.minor()));
}

std::optional<Refusal> decide(const State& state, const Command& command, const Context& context,
                              Entry& draft) {
  const auto hold = find_order(state, command, context, HoldKind::kClaimPurchase);
  if (!hold) return hold.error();
  const Hold& open = **hold;
  const Project& project = state.project(open.project);
  const base::ClientId buyer(state.account(open.account).owner);
  const base::ClientId seller(state.account(open.beneficiary).owner);
  const base::Amount price = base::Amount::of(open.remaining);
  const base::Amount principal = base::Amount::of(open.principal);
  const base::Amount fee = command.amount(Field::kFee);
  const FeeRule* rule = nullptr;
  if (!fee.is_zero()) {
    const auto found =
        find_fee_rule(state, command.text(Field::kFeeRule), FlowCode::kClaimTransfer, seller);
    if (!found) return found.error();
    rule = *found;
  }
  if (auto refusal = need_state(project, ProjectState::kRepaying)) return refusal;
  // Who became related since the bid gets its price back (claim_cancel).
  if (auto refusal = need_unrelated(state, buyer, seller)) return refusal;
  if (rule != nullptr) {
    if (auto refusal = need_fee_limit(*rule, fee, price)) return refusal;
  }
  if (auto refusal = need_fee_funds(state, open.beneficiary, price, fee)) return refusal;
  if (auto refusal = need_transferable(state, project)) return refusal;
  // Repayments since the offer may have left less of the claim than is set aside.
  const Claim* claim = find_claim(state, project.id, seller);
  LEDGER_CHECK(claim != nullptr && claim->reserved >= open.principal);
  if (claim->outstanding() < claim->reserved) {
    return refuse(RefusalCode::kClaimExceeded,
                  fmt::format("seller={} outstanding={} offered={}", state.owner(seller).code,
                              claim->outstanding(), claim->reserved));
  }
  if (!open.expires.is_none() && open.expires < state.business_date()) {
    return refuse(RefusalCode::kExpired, fmt::format("expires={}", format(open.expires)));
  }

  // From here the entry must succeed.
  post(draft, open.account, open.beneficiary, price);
  if (!fee.is_zero()) {
    post(draft, open.beneficiary, structural(state, "platform:fee"), fee, PostingKind::kFee);
  }
  use_hold(draft, HoldOp::kCapture, open, price);
  const auto change = [&](ClaimOp op, base::ClientId holder) {
    draft.claims.push_back({op, project.id, holder, principal, base::Amount()});
  };
  change(ClaimOp::kUnoffer, seller);
  change(ClaimOp::kSell, seller);
  change(ClaimOp::kBuy, buyer);
  return std::nullopt;
}

}  // namespace

const Flow kClaimTransfer{FlowCode::kClaimTransfer, kFields, Needs::kClaims, decide};

}  // namespace ledger::domain::flows
