// F7: the bank accepts a withdrawal. The money is on its way out, still the client's.
#include "ledger/domain/flows/common.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {{Field::kOrder, true}, {Field::kEvidence, false}};

std::optional<Refusal> decide(const State& state, const Command& command, const Context& context,
                              Entry& draft) {
  const auto hold = find_order(state, command, context, HoldKind::kWithdrawal);
  if (!hold) return hold.error();

  // From here the entry must succeed.
  const Hold& open = **hold;
  const Party client = party_of(state, base::ClientId(state.account(open.account).owner));
  const base::Amount amount = base::Amount::of(open.remaining);
  post(draft, client.frozen, client.withdrawing, amount);
  use_hold(draft, HoldOp::kCapture, open, amount);
  open_hold(state, draft, HoldKind::kWithdrawTransit, client.withdrawing, client.available, amount);
  draft.holds.back().order = open.order;
  return std::nullopt;
}

}  // namespace

const Flow kWithdrawAccept{FlowCode::kWithdrawAccept, kFields, Needs::kNothing, decide};

}  // namespace ledger::domain::flows
