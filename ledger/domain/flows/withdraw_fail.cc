// F9: a withdrawal is rejected by the bank or taken back by the client (提现拦截). Only before it
// was paid, and by the client only before the bank accepted it. The whole amount, with the fee,
// returns.
#include <fmt/format.h>

#include "ledger/domain/flows/common.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {{Field::kOrder, true}, {Field::kReason, false}};

std::optional<Refusal> decide(const State& state, const Command& command, const Context& context,
                              Entry& draft) {
  const std::string_view order = command.text(Field::kOrder);
  const Hold* transit = state.find_hold(order, HoldKind::kWithdrawTransit);
  if (transit != nullptr && command.authority() == Authority::kClient) {
    return refuse(RefusalCode::kOrderClosed,
                  fmt::format("order={} is accepted by the bank", order));
  }
  const Hold* hold = transit;
  if (hold == nullptr) {
    const auto frozen = find_order(state, command, context, HoldKind::kWithdrawal);
    if (!frozen) return frozen.error();
    hold = *frozen;
  }

  // From here the entry must succeed.
  const auto give_back = [&](const Hold& open) {
    const base::Amount amount = base::Amount::of(open.remaining);
    post(draft, open.account, open.beneficiary, amount);
    use_hold(draft, HoldOp::kRelease, open, amount);
  };
  give_back(*hold);
  if (const Hold* fee = state.find_hold(order, HoldKind::kFee)) give_back(*fee);
  return std::nullopt;
}

}  // namespace

const Flow kWithdrawFail{FlowCode::kWithdrawFail, kFields, Needs::kNothing, decide};

}  // namespace ledger::domain::flows
