// F6, continued: two operators let a large withdrawal go on to the bank. No money moves.
#include "ledger/domain/flows/common.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {{Field::kOrder, true}};

std::optional<Refusal> decide(const State& state, const Command& command, const Context& context,
                              Entry& draft) {
  const auto hold = find_order(state, command, context, HoldKind::kWithdrawReview);
  if (!hold) return hold.error();

  // From here the entry must succeed.
  change_kind(state, draft, **hold, HoldKind::kWithdrawal);
  return std::nullopt;
}

}  // namespace

const Flow kReviewPass{FlowCode::kReviewPass, kFields, Needs::kNothing, decide};

}  // namespace ledger::domain::flows
