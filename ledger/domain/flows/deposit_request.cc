// F1: a client orders a deposit through a channel. Only the order is noted; money comes with F2.
#include <fmt/format.h>

#include "ledger/domain/flows/common.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {
    {Field::kClient, true}, {Field::kChannel, true}, {Field::kAmount, true}};

std::optional<Refusal> decide(const State& state, const Command& command, const Context&,
                              Entry& draft) {
  const auto client = find_client(state, command);
  if (!client) return client.error();
  const auto transit = find_channel(state, command);
  if (!transit) return transit.error();
  if (auto refusal = need_client_kind(state, *client)) return refusal;
  const std::string channel = fmt::format("channel={}", command.text(Field::kChannel));
  if (auto refusal = need_currency(state, *transit, client->available, channel)) return refusal;

  // From here the entry must succeed.
  open_hold(state, draft, HoldKind::kDepositRequested, *transit, client->available,
            command.amount(Field::kAmount));
  return std::nullopt;
}

}  // namespace

const Flow kDepositRequest{FlowCode::kDepositRequest, kFields, Needs::kNothing, decide};

}  // namespace ledger::domain::flows
