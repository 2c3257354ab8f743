// F5, continued: two operators know whose a receipt is, wholly or in part. It goes to that client.
#include "ledger/domain/flows/common.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {
    {Field::kOrder, true}, {Field::kClient, true}, {Field::kAmount, true}, {Field::kReason, true}};

std::optional<Refusal> decide(const State& state, const Command& command, const Context& context,
                              Entry& draft) {
  const auto client = find_client(state, command);
  if (!client) return client.error();
  const auto hold = find_order(state, command, context, HoldKind::kReceipt);
  if (!hold && hold.error().code == RefusalCode::kUnknownOrder) return hold.error();
  if (auto refusal = need_client_kind(state, *client)) return refusal;
  if (!hold) return hold.error();
  const base::Amount amount = command.amount(Field::kAmount);
  if (auto r = need_currency(state, client->available, (*hold)->account, "client")) return r;
  if (auto refusal = need_within(**hold, amount)) return refusal;

  // From here the entry must succeed.
  post(draft, (*hold)->account, client->available, amount);
  use_hold(draft, HoldOp::kCapture, **hold, amount);
  return std::nullopt;
}

}  // namespace

const Flow kReceiptAllocate{FlowCode::kReceiptAllocate, kFields, Needs::kNothing, decide};

}  // namespace ledger::domain::flows
