// F26: the platform gives a client money of its own: a reward, or a subsidy of interest.
#include <fmt/format.h>

#include "ledger/domain/flows/common.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {
    {Field::kClient, true}, {Field::kAmount, true}, {Field::kAccount, false}};

std::optional<Refusal> decide(const State& state, const Command& command, const Context&,
                              Entry& draft) {
  const auto client = find_client(state, command);
  if (!client) return client.error();
  const std::string_view given = command.text(Field::kAccount);
  const std::string_view code = given.empty() ? std::string_view("platform:marketing") : given;
  const std::string what = fmt::format("account={}", code);
  const auto account = state.find_account(code);
  if (!account) return refuse(RefusalCode::kUnknownClient, what);
  if (auto refusal = need_client_kind(state, *client)) return refusal;
  if (auto r = need_movement(state, FlowCode::kReward, *account, client->available, what)) return r;
  if (auto refusal = need_currency(state, client->available, *account, "client")) return refusal;
  const base::Amount amount = command.amount(Field::kAmount);
  if (auto refusal = need_funds(state, *account, amount)) return refusal;

  // From here the entry must succeed.
  post(draft, *account, client->available, amount);
  return std::nullopt;
}

}  // namespace

const Flow kReward{FlowCode::kReward, kFields, Needs::kNothing, decide};

}  // namespace ledger::domain::flows
