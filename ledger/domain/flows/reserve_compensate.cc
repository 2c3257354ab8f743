// F22: the risk reserve pays the lenders of an overdue loan, no more than what is due and unpaid.
// If it has less, what it has is divided pro rata like everything else.
#include <fmt/format.h>

#include "ledger/domain/flows/lenders.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {{Field::kProject, true}, {Field::kAmount, true}};

std::optional<Refusal> decide(const State& state, const Command& command, const Context&,
                              Entry& draft) {
  const auto id = find_project(state, command);
  if (!id) return id.error();
  const Project& project = state.project(*id);
  const base::Amount amount = command.amount(Field::kAmount);
  if (auto refusal = need_state(project, ProjectState::kRepaying)) return refusal;
  if (auto refusal = need_no_repayment(project)) return refusal;
  if (state.profile().policy().reserve == ReserveMode::kOff) {
    return refuse(RefusalCode::kPolicyForbids, "reserve=off");
  }
  if (auto refusal = need_marked_overdue(project)) return refusal;
  if (auto refusal = need_within_due(project, amount)) return refusal;
  const base::AccountId from = structural(state, "reserve:risk");
  if (auto refusal = need_funds(state, from, amount)) return refusal;

  // From here the entry must succeed.
  compensate(state, project, base::ClientId(state.account(from).owner), from, amount, draft);
  return std::nullopt;
}

}  // namespace

const Flow kReserveCompensate{FlowCode::kReserveCompensate, kFields, Needs::kClaims, decide};

}  // namespace ledger::domain::flows
