// F9: a withdrawal is rejected by the bank or taken back by the client (提现拦截). Only before it
// was paid, and by the client only before the bank accepted it: whether one of unknown outcome was
// paid, the bank alone can say. The whole amount, with the fee, returns to where it came from:
// money for a project's payee or for a court stays set aside for them.
#include <fmt/format.h>

#include "ledger/domain/flows/common.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {{Field::kOrder, true}, {Field::kReason, false}};

base::Result<const Hold*, Refusal> find_withdrawal(const State& state, const Command& command,
                                                   const Context& context) {
  const std::string_view order = command.text(Field::kOrder);
  if (command.authority() == Authority::kClient) {
    for (const HoldKind kind : {HoldKind::kWithdrawTransit, HoldKind::kWithdrawUnknown}) {
      if (state.find_hold(order, kind) == nullptr) continue;
      return base::fail(refuse(RefusalCode::kOrderClosed,
                               fmt::format("order={} is accepted by the bank", order)));
    }
  }
  return find_order(state, command, context,
                    {HoldKind::kWithdrawal, HoldKind::kWithdrawReview, HoldKind::kWithdrawTransit,
                     HoldKind::kWithdrawUnknown});
}

// The purpose that the money had before it was sent to the bank, if it had one.
void restore_purpose(const State& state, Entry& draft, const Hold& hold) {
  const base::Amount amount = base::Amount::of(hold.remaining);
  const Party client = party_of(state, base::ClientId(state.account(hold.account).owner));
  if (!hold.project.is_none()) {
    set_aside_again(state, draft, HoldKind::kEntrusted, hold.order, client.available,
                    client.available, amount, hold.project, hold.expires);
  }
  if (hold.beneficiary == client.frozen) {
    set_aside_again(state, draft, HoldKind::kJudicial, hold.order, client.frozen, client.available,
                    amount, base::ProjectId(), hold.expires);
  }
}

std::optional<Refusal> decide(const State& state, const Command& command, const Context& context,
                              Entry& draft) {
  const auto hold = find_withdrawal(state, command, context);
  if (!hold) return hold.error();

  // From here the entry must succeed.
  const auto give_back = [&](const Hold& open) {
    const base::Amount amount = base::Amount::of(open.remaining);
    post(draft, open.account, open.beneficiary, amount);
    use_hold(draft, HoldOp::kRelease, open, amount);
  };
  give_back(**hold);
  restore_purpose(state, draft, **hold);
  if (const Hold* fee = state.find_hold((*hold)->order, HoldKind::kFee)) give_back(*fee);
  return std::nullopt;
}

}  // namespace

const Flow kWithdrawFail{FlowCode::kWithdrawFail, kFields, Needs::kNothing, decide};

}  // namespace ledger::domain::flows
