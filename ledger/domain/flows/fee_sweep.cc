// F24: the platform takes the fees it earned to its own account at the bank. They are on their way,
// item by item, until the bank says paid or failed; never through a client.
#include "ledger/domain/flows/common.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kSweepFields[] = {{Field::kAmount, true}};
constexpr FlowField kPaidFields[] = {
    {Field::kOrder, true}, {Field::kAmount, true}, {Field::kEvidence, true}};
constexpr FlowField kFailFields[] = {{Field::kOrder, true}, {Field::kAmount, true}};

std::optional<Refusal> sweep(const State& state, const Command& command, const Context&,
                             Entry& draft) {
  const base::AccountId fee = structural(state, "platform:fee");
  const base::AccountId transit = structural(state, "platform:in_transit");
  const base::Amount amount = command.amount(Field::kAmount);
  if (auto refusal = need_funds(state, fee, amount)) return refusal;

  // From here the entry must succeed.
  post(draft, fee, transit, amount);
  open_hold(state, draft, HoldKind::kSweep, transit, fee, amount);
  return std::nullopt;
}

std::optional<Refusal> paid(const State& state, const Command& command, const Context& context,
                            Entry& draft) {
  const auto hold = find_order(state, command, context, HoldKind::kSweep);
  if (!hold) return hold.error();
  const base::Amount amount = command.amount(Field::kAmount);
  const base::AccountId bank = structural(state, "custody:bank");
  if (auto refusal = need_whole(**hold, amount)) return refusal;
  if (auto refusal = need_funds(state, bank, amount)) return refusal;

  // From here the entry must succeed.
  post(draft, (*hold)->account, bank, amount);
  use_hold(draft, HoldOp::kCapture, **hold, amount);
  return std::nullopt;
}

std::optional<Refusal> failed(const State& state, const Command& command, const Context& context,
                              Entry& draft) {
  const auto hold = find_order(state, command, context, HoldKind::kSweep);
  if (!hold) return hold.error();
  const base::Amount amount = command.amount(Field::kAmount);
  if (auto refusal = need_whole(**hold, amount)) return refusal;

  // From here the entry must succeed.
  post(draft, (*hold)->account, (*hold)->beneficiary, amount);
  use_hold(draft, HoldOp::kRelease, **hold, amount);
  return std::nullopt;
}

}  // namespace

const Flow kFeeSweep{FlowCode::kFeeSweep, kSweepFields, Needs::kNothing, sweep};
const Flow kFeeSweepPaid{FlowCode::kFeeSweepPaid, kPaidFields, Needs::kNothing, paid};
const Flow kFeeSweepFail{FlowCode::kFeeSweepFail, kFailFields, Needs::kNothing, failed};

}  // namespace ledger::domain::flows
