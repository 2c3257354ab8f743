// F10: a withdrawal that the bank had paid comes back to the custody account (BACKROLL), wholly or
// in part, once. It is the client's again; the fee stays taken. A payment to a project's payee is
// for that payee only, as before.
#include "ledger/domain/flows/common.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {{Field::kEntry, true},
                                 {Field::kEntryHash, true},
                                 {Field::kAmount, true},
                                 {Field::kEvidence, true}};

std::optional<Refusal> decide(const State& state, const Command& command, const Context& context,
                              Entry& draft) {
  const base::AccountId bank = structural(state, "custody:bank");
  const auto paid =
      find_returned(state, command, context, FlowCode::kWithdrawPay, base::AccountId());
  if (!paid) return paid.error();
  const base::Amount amount = command.amount(Field::kAmount);
  const Party client = party_of(state, base::ClientId(state.account(paid->beneficiary).owner));

  // From here the entry must succeed.
  post(draft, bank, client.available, amount);
  if (!paid->project.is_none()) {
    set_aside_again(state, draft, HoldKind::kEntrusted, paid->order, client.available,
                    client.available, amount, paid->project, base::Date());
  }
  mark_returned(context, draft);
  return std::nullopt;
}

}  // namespace

const Flow kWithdrawReturn{FlowCode::kWithdrawReturn, kFields, Needs::kTargetEntry, decide};

}  // namespace ledger::domain::flows
