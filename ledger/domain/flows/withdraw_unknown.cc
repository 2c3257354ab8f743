// F7, continued: the bank did not say what became of a withdrawal. Unknown is not failed: the money
// stays on its way until the bank says that it was paid (F8) or was not (F9).
#include "ledger/domain/flows/common.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {{Field::kOrder, true}, {Field::kReason, false}};

std::optional<Refusal> decide(const State& state, const Command& command, const Context& context,
                              Entry& draft) {
  const auto hold = find_order(state, command, context, HoldKind::kWithdrawTransit);
  if (!hold) return hold.error();

  // From here the entry must succeed.
  change_kind(state, draft, **hold, HoldKind::kWithdrawUnknown);
  return std::nullopt;
}

}  // namespace

const Flow kWithdrawUnknown{FlowCode::kWithdrawUnknown, kFields, Needs::kNothing, decide};

}  // namespace ledger::domain::flows
