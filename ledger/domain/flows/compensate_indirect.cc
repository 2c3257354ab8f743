// F21': indirect compensation (间接代偿). The guarantor's money is frozen on the borrower's account
// for the overdue instalment; its distribution pays the lenders in the guarantor's name.
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
  if (auto refusal = need_guarantor(state, project, command)) return refusal;
  if (auto refusal = need_marked_overdue(project)) return refusal;
  if (auto refusal = need_within_due(project, amount)) return refusal;
  const base::AccountId from = party_of(state, project.guarantor).available;
  if (auto refusal = need_funds(state, from, amount)) return refusal;

  // From here the entry must succeed.
  const base::AccountId to = party_of(state, project.borrower).frozen;
  post(draft, from, to, amount);
  open_hold(state, draft, HoldKind::kRepayment, to, from, amount);
  draft.holds.back().project = *id;
  draft.holds.back().instalment = project.instalments_paid + 1;
  return std::nullopt;
}

}  // namespace

const Flow kCompensateIndirect{FlowCode::kCompensateIndirect, kFields, Needs::kNothing, decide};

}  // namespace ledger::domain::flows
