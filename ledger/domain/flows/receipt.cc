// F5: money came to the custody account and nobody knows yet whose it is. It is kept apart, under
// the bank's reference, until operators allocate it to clients or send it back.
#include <fmt/format.h>

#include "ledger/domain/flows/common.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {
    {Field::kAmount, true}, {Field::kEvidence, true}, {Field::kCurrency, false}};

std::optional<Refusal> decide(const State& state, const Command& command, const Context&,
                              Entry& draft) {
  const base::AccountId unallocated = structural(state, "suspense:unallocated");
  const std::string_view wanted = command.text(Field::kCurrency);
  const auto& currency = state.profile().currencies()[state.account(unallocated).currency_index];
  if (!wanted.empty() && wanted != currency.code()) {
    return refuse(RefusalCode::kWrongKind, fmt::format("currency={}", wanted));
  }

  // From here the entry must succeed.
  const base::Amount amount = command.amount(Field::kAmount);
  post(draft, structural(state, "custody:bank"), unallocated, amount);
  open_hold(state, draft, HoldKind::kReceipt, unallocated, unallocated, amount);
  return std::nullopt;
}

}  // namespace

const Flow kReceipt{FlowCode::kReceipt, kFields, Needs::kNothing, decide};

}  // namespace ledger::domain::flows
