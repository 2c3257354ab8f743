// F6, continued: somebody wants to look at a withdrawal before the bank pays it. It waits for two
// operators (review_pass), or goes back (withdraw_fail). Only until the bank accepts it. No money
// moves.
#include "ledger/domain/flows/common.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {{Field::kOrder, true}, {Field::kReason, true}};

std::optional<Refusal> decide(const State& state, const Command& command, const Context& context,
                              Entry& draft) {
  const auto hold = find_order(state, command, context, HoldKind::kWithdrawal);
  if (!hold) return hold.error();

  // From here the entry must succeed.
  change_kind(state, draft, **hold, HoldKind::kWithdrawReview);
  return std::nullopt;
}

}  // namespace

const Flow kReviewHold{FlowCode::kReviewHold, kFields, Needs::kNothing, decide};

}  // namespace ledger::domain::flows
