// F8: the bank confirms that a withdrawal was paid. The fee falls due with it.
#include "ledger/domain/flows/common.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {
    {Field::kOrder, true}, {Field::kAmount, true}, {Field::kEvidence, false}};

std::optional<Refusal> decide(const State& state, const Command& command, const Context& context,
                              Entry& draft) {
  const auto hold =
      find_order(state, command, context, {HoldKind::kWithdrawTransit, HoldKind::kWithdrawUnknown});
  if (!hold) return hold.error();
  const base::Amount amount = command.amount(Field::kAmount);
  if (auto refusal = need_whole(**hold, amount)) return refusal;

  // From here the entry must succeed.
  post(draft, (*hold)->account, structural(state, "custody:bank"), amount);
  use_hold(draft, HoldOp::kCapture, **hold, amount);
  if (const Hold* fee = state.find_hold((*hold)->order, HoldKind::kFee)) {
    const base::Amount due = base::Amount::of(fee->remaining);
    post(draft, fee->account, structural(state, "platform:fee"), due, PostingKind::kFee);
    use_hold(draft, HoldOp::kCapture, *fee, due);
  }
  return std::nullopt;
}

}  // namespace

const Flow kWithdrawPay{FlowCode::kWithdrawPay, kFields, Needs::kNothing, decide};

}  // namespace ledger::domain::flows
