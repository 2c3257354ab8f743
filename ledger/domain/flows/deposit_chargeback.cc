// F4, after settlement: the bank takes a settled deposit back, wholly and once. The client pays
// what it can; the rest the platform owes (1090) and covers the same day (F23).
#include "ledger/domain/flows/common.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {{Field::kEntry, true},
                                 {Field::kEntryHash, true},
                                 {Field::kAmount, true},
                                 {Field::kEvidence, true}};

std::optional<Refusal> decide(const State& state, const Command& command, const Context& context,
                              Entry& draft) {
  const base::Amount amount = command.amount(Field::kAmount);
  const base::AccountId bank = structural(state, "custody:bank");
  const auto settled = find_returned(state, command, context, FlowCode::kSettle, bank);
  if (!settled) return settled.error();

  // From here the entry must succeed.
  take_from_client(state, draft, settled->beneficiary, bank, amount);
  mark_returned(context, draft);
  return std::nullopt;
}

}  // namespace

const Flow kDepositChargeback{FlowCode::kDepositChargeback, kFields, Needs::kTargetEntry, decide};

}  // namespace ledger::domain::flows
