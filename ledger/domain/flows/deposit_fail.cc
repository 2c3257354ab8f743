// F4, before settlement: the channel or the bank says that a deposit will not come. What was
// credited is taken back from the client; what the client has no more, the platform owes (1090) and
// covers the same day (F23). A mere order or note is dropped.
#include "ledger/domain/flows/common.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {
    {Field::kOrder, true}, {Field::kAmount, true}, {Field::kEvidence, false}};

std::optional<Refusal> decide(const State& state, const Command& command, const Context& context,
                              Entry& draft) {
  const auto hold = find_order(
      state, command, context,
      {HoldKind::kDepositTransit, HoldKind::kDepositUnsettled, HoldKind::kDepositRequested});
  if (!hold) return hold.error();
  const base::Amount amount = command.amount(Field::kAmount);
  if (auto refusal = need_whole(**hold, amount)) return refusal;

  // From here the entry must succeed.
  if ((*hold)->kind != HoldKind::kDepositTransit) {
    use_hold(draft, HoldOp::kRelease, **hold, amount);
    return std::nullopt;
  }
  take_from_client(state, draft, (*hold)->beneficiary, (*hold)->account, amount);
  use_hold(draft, HoldOp::kCapture, **hold, amount);
  return std::nullopt;
}

}  // namespace

const Flow kDepositFail{FlowCode::kDepositFail, kFields, Needs::kNothing, decide};

}  // namespace ledger::domain::flows
