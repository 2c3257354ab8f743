// F22c: the platform sets money of its own aside in the risk reserve, while the profile lets the
// reserve grow.
#include <fmt/format.h>

#include "ledger/domain/flows/common.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {{Field::kAmount, true}, {Field::kAccount, true}};

std::optional<Refusal> decide(const State& state, const Command& command, const Context&,
                              Entry& draft) {
  const base::Amount amount = command.amount(Field::kAmount);
  const std::string_view account = command.text(Field::kAccount);
  if (account != "platform:fee" && account != "platform:master") {
    return refuse(RefusalCode::kWrongKind, fmt::format("account={}", account));
  }
  const base::AccountId from = structural(state, account);
  if (auto refusal = need_funds(state, from, amount)) return refusal;
  if (state.profile().policy().reserve != ReserveMode::kAccrue) {
    return refuse(RefusalCode::kPolicyForbids, "reserve is not accrue");
  }

  // From here the entry must succeed.
  post(draft, from, structural(state, "reserve:risk"), amount);
  return std::nullopt;
}

}  // namespace

const Flow kReserveFund{FlowCode::kReserveFund, kFields, Needs::kNothing, decide};

}  // namespace ledger::domain::flows
