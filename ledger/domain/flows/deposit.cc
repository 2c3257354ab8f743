// F2: a payment channel reports a client's deposit. The client may use it at once, but not withdraw
// it before the bank has settled it (F3).
#include <fmt/format.h>

#include "ledger/domain/flows/common.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {{Field::kClient, true},
                                 {Field::kChannel, true},
                                 {Field::kAmount, true},
                                 {Field::kEvidence, false}};

std::optional<Refusal> decide(const State& state, const Command& command, const Context&,
                              Entry& draft) {
  const auto client = find_client(state, command);
  if (!client) return client.error();
  const std::string_view channel = command.text(Field::kChannel);
  std::string account = "channel:";
  account.append(channel).append(":in_transit");
  const auto transit = state.find_account(account);
  if (!transit) return refuse(RefusalCode::kUnknownChannel, fmt::format("channel={}", channel));
  if (auto refusal = need_client_kind(state, *client)) return refusal;
  if (state.account(*transit).currency_index != state.account(client->available).currency_index) {
    return refuse(RefusalCode::kWrongKind, fmt::format("channel={} currency", channel));
  }

  // From here the entry must succeed.
  const base::Amount amount = command.amount(Field::kAmount);
  post(draft, *transit, client->available, amount);
  open_hold(state, draft, HoldKind::kDepositTransit, *transit, client->available, amount);
  return std::nullopt;
}

}  // namespace

const Flow kDeposit{FlowCode::kDeposit, kFields, Needs::kNothing, decide};

}  // namespace ledger::domain::flows
