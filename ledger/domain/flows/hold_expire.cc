// What was held until a day goes back to its owner after that day: escrow holds, courts' orders and
// the price of a claim, whose seller may offer it again.
// A disputed hold does not expire; the operators end it.
#include <array>

#include <fmt/format.h>

#include "ledger/domain/flows/common.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {{Field::kOrder, true}};
constexpr std::array kExpiring = {HoldKind::kEscrow, HoldKind::kClaimPurchase, HoldKind::kJudicial,
                                  HoldKind::kJudicialWaiting};

std::optional<Refusal> decide(const State& state, const Command& command, const Context& context,
                              Entry& draft) {
  const std::string_view order = command.text(Field::kOrder);
  std::vector<const Hold*> open;
  for (const HoldKind kind : kExpiring) {
    if (const Hold* hold = state.find_hold(order, kind)) open.push_back(hold);
  }
  if (state.find_hold(order, HoldKind::kDisputed) != nullptr) {
    return refuse(RefusalCode::kInDispute, fmt::format("order={}", order));
  }
  if (open.empty()) return find_order(state, command, context, HoldKind::kEscrow).error();
  for (const Hold* hold : open) {
    if (hold->expires.is_none() || state.business_date() <= hold->expires) {
      return refuse(RefusalCode::kNotExpired,
                    fmt::format("order={} expires={}", order,
                                hold->expires.is_none() ? "never" : format(hold->expires)));
    }
  }

  // From here the entry must succeed.
  for (const Hold* hold : open) {
    const base::Amount amount = base::Amount::of(hold->remaining);
    if (!is_restriction(hold->kind)) {
      const base::ClientId owner(state.account(hold->account).owner);
      post(draft, hold->account, party_of(state, owner).available, amount);
    }
    use_hold(draft, HoldOp::kRelease, *hold, amount);
    if (hold->kind != HoldKind::kClaimPurchase) continue;
    draft.claims.push_back({ClaimOp::kUnoffer, hold->project,
                            base::ClientId(state.account(hold->beneficiary).owner),
                            base::Amount::of(hold->principal), base::Amount()});
  }
  return std::nullopt;
}

}  // namespace

const Flow kHoldExpire{FlowCode::kHoldExpire, kFields, Needs::kClaims, decide};

}  // namespace ledger::domain::flows
