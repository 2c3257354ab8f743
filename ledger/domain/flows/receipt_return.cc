// F5, continued: what belongs to no client goes back to its payer, wholly or in part, on the word
// of two operators and under the bank's reference.
#include "ledger/domain/flows/common.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {{Field::kOrder, true},
                                 {Field::kAmount, true},
                                 {Field::kEvidence, true},
                                 {Field::kReason, true}};

std::optional<Refusal> decide(const State& state, const Command& command, const Context& context,
                              Entry& draft) {
  const auto hold = find_order(state, command, context, HoldKind::kReceipt);
  if (!hold) return hold.error();
  const base::Amount amount = command.amount(Field::kAmount);
  const base::AccountId bank = structural(state, "custody:bank");
  if (auto refusal = need_within(**hold, amount)) return refusal;
  if (auto refusal = need_funds(state, bank, amount)) return refusal;

  // From here the entry must succeed.
  post(draft, (*hold)->account, bank, amount);
  use_hold(draft, HoldOp::kCapture, **hold, amount);
  return std::nullopt;
}

}  // namespace

const Flow kReceiptReturn{FlowCode::kReceiptReturn, kFields, Needs::kNothing, decide};

}  // namespace ledger::domain::flows
