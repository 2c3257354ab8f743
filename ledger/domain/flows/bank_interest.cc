// F28: the bank pays interest on the custody account. It belongs to the clients, who get it in
// parts as the platform computes them; to the platform only where the agreement, the profile, says
// so.
#include <fmt/format.h>

#include "ledger/domain/flows/common.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kInterestFields[] = {{Field::kAmount, true}, {Field::kEvidence, true}};
constexpr FlowField kPayFields[] = {
    {Field::kOrder, true}, {Field::kClient, false}, {Field::kAmount, true}};

std::optional<Refusal> interest(const State& state, const Command& command, const Context&,
                                Entry& draft) {
  const base::AccountId payable = structural(state, "suspense:bank_interest");

  // From here the entry must succeed.
  const base::Amount amount = command.amount(Field::kAmount);
  post(draft, structural(state, "custody:bank"), payable, amount);
  open_hold(state, draft, HoldKind::kInterest, payable, payable, amount);
  return std::nullopt;
}

// Last is asked whether the platform may have it, where no client is named.
std::optional<Refusal> pay(const State& state, const Command& command, const Context& context,
                           Entry& draft) {
  const bool to_client = command.has(Field::kClient);
  base::Result<Party, Refusal> client = Party();
  if (to_client) client = find_client(state, command);
  if (!client) return client.error();
  const auto hold = find_order(state, command, context, HoldKind::kInterest);
  if (!hold && hold.error().code == RefusalCode::kUnknownOrder) return hold.error();
  if (to_client) {
    if (auto refusal = need_client_kind(state, *client)) return refusal;
  }
  if (!hold) return hold.error();
  const base::AccountId payable = (*hold)->account;
  if (to_client) {
    if (auto refusal = need_currency(state, client->available, payable, "client")) return refusal;
  }
  const base::Amount amount = command.amount(Field::kAmount);
  if (auto refusal = need_within(**hold, amount)) return refusal;
  if (!to_client && state.profile().policy().interest_to != InterestTo::kPlatform) {
    return refuse(RefusalCode::kPolicyForbids, "interest_to=clients");
  }

  // From here the entry must succeed.
  post(draft, payable, to_client ? client->available : structural(state, "platform:master"),
       amount);
  use_hold(draft, HoldOp::kCapture, **hold, amount);
  return std::nullopt;
}

}  // namespace

const Flow kBankInterest{FlowCode::kBankInterest, kInterestFields, Needs::kNothing, interest};
const Flow kBankInterestPay{FlowCode::kBankInterestPay, kPayFields, Needs::kNothing, pay};

}  // namespace ledger::domain::flows
