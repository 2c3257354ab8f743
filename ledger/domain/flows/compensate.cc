// F21: direct compensation (直接代偿). The guarantor of an overdue loan pays the lenders what is
// due and unpaid, and takes their place towards the borrower for it.
#include <fmt/format.h>

#include "ledger/domain/flows/lenders.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {
    {Field::kProject, true}, {Field::kAmount, true}, {Field::kGuarantor, false}};

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
  compensate(state, project, project.guarantor, from, amount, draft);
  return std::nullopt;
}

}  // namespace

const Flow kCompensate{FlowCode::kCompensate, kFields, Needs::kClaims, decide};

}  // namespace ledger::domain::flows
