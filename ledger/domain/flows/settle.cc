// F3: the bank's statement or callback shows the channel's money for a deposit. The control account
// moves on the bank's evidence only. A deposit that was only noted (F2') is credited now.
#include "ledger/domain/flows/common.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {
    {Field::kOrder, true}, {Field::kAmount, true}, {Field::kEvidence, false}};

std::optional<Refusal> decide(const State& state, const Command& command, const Context& context,
                              Entry& draft) {
  const auto hold =
      find_order(state, command, context, {HoldKind::kDepositTransit, HoldKind::kDepositUnsettled});
  if (!hold) return hold.error();
  const base::Amount amount = command.amount(Field::kAmount);
  if (auto refusal = need_whole(**hold, amount)) return refusal;
  const base::AccountId bank = structural(state, "custody:bank");
  const bool credited = (*hold)->kind == HoldKind::kDepositTransit;

  // From here the entry must succeed.
  post(draft, bank, credited ? (*hold)->account : (*hold)->beneficiary, amount);
  use_hold(draft, HoldOp::kCapture, **hold, amount);
  return std::nullopt;
}

}  // namespace

const Flow kSettle{FlowCode::kSettle, kFields, Needs::kNothing, decide};

}  // namespace ledger::domain::flows
