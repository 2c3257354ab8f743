// F23: the platform brings its own money into custody, for rewards or to cover what it owes there.
#include <fmt/format.h>

#include "ledger/domain/flows/common.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {
    {Field::kAccount, true}, {Field::kAmount, true}, {Field::kEvidence, true}};

std::optional<Refusal> decide(const State& state, const Command& command, const Context&,
                              Entry& draft) {
  const std::string_view code = command.text(Field::kAccount);
  const std::string what = fmt::format("account={}", code);
  const auto account = state.find_account(code);
  if (!account) return refuse(RefusalCode::kUnknownClient, what);
  const base::AccountId bank = structural(state, "custody:bank");
  const base::Amount amount = command.amount(Field::kAmount);
  if (auto r = need_movement(state, FlowCode::kTopUp, bank, *account, what)) return r;
  const AccountClass& to = state.profile().classes()[state.account(*account).class_index];
  if (to.group == ClassGroup::kShortfall && amount.minor() > state.balance(*account)) {
    return refuse(
        RefusalCode::kAmountMismatch,
        fmt::format("{} owes={} requested={}", what, state.balance(*account), amount.minor()));
  }

  // From here the entry must succeed.
  post(draft, bank, *account, amount);
  return std::nullopt;
}

}  // namespace

const Flow kTopUp{FlowCode::kTopUp, kFields, Needs::kNothing, decide};

}  // namespace ledger::domain::flows
