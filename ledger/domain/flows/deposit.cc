// F2: a payment channel reports a client's deposit. The client may use it at once, but not withdraw
// it before the bank has settled it (F3). Where the profile credits on settlement (F2'), only a
// note is kept until then. A deposit that the client ordered before (F1) completes that order.
#include <fmt/format.h>

#include "ledger/domain/flows/common.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {{Field::kClient, true},
                                 {Field::kChannel, true},
                                 {Field::kAmount, true},
                                 {Field::kOrder, false},
                                 {Field::kEvidence, false}};

// The client's order to this channel; another's is none of this deposit's.
base::Result<const Hold*, Refusal> find_request(const State& state, const Command& command,
                                                const Context& context, const Party& client,
                                                base::AccountId transit) {
  const auto hold = find_order(state, command, context, HoldKind::kDepositRequested);
  if (!hold) return hold;
  if ((*hold)->account == transit && (*hold)->beneficiary == client.available) return *hold;
  return base::fail(
      refuse(RefusalCode::kUnknownOrder,
             fmt::format("order={} is of another client or channel", (*hold)->order)));
}

std::optional<Refusal> decide(const State& state, const Command& command, const Context& context,
                              Entry& draft) {
  const auto client = find_client(state, command);
  if (!client) return client.error();
  const auto transit = find_channel(state, command);
  if (!transit) return transit.error();
  base::Result<const Hold*, Refusal> request = nullptr;
  if (command.has(Field::kOrder)) {
    request = find_request(state, command, context, *client, *transit);
    if (!request && request.error().code == RefusalCode::kUnknownOrder) return request.error();
  }
  if (auto refusal = need_client_kind(state, *client)) return refusal;
  const std::string channel = fmt::format("channel={}", command.text(Field::kChannel));
  if (auto refusal = need_currency(state, *transit, client->available, channel)) return refusal;
  if (!request) return request.error();
  const base::Amount amount = command.amount(Field::kAmount);
  if (*request != nullptr) {
    if (auto refusal = need_whole(**request, amount)) return refusal;
  }

  // From here the entry must succeed.
  if (*request != nullptr) use_hold(draft, HoldOp::kCapture, **request, amount);
  if (state.profile().policy().credit == CreditMoment::kOnSettlement) {
    open_hold(state, draft, HoldKind::kDepositUnsettled, *transit, client->available, amount);
    return std::nullopt;
  }
  post(draft, *transit, client->available, amount);
  open_hold(state, draft, HoldKind::kDepositTransit, *transit, client->available, amount);
  return std::nullopt;
}

}  // namespace

const Flow kDeposit{FlowCode::kDeposit, kFields, Needs::kNothing, decide};

}  // namespace ledger::domain::flows
