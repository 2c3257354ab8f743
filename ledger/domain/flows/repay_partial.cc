// F19: the borrower sets a part of the next instalment aside. It is distributed like a whole one:
// interest first.
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
  const Due unpaid = unpaid_of_next(project);
  if (amount.minor() >= unpaid.total()) {
    return refuse(RefusalCode::kAmountMismatch,
                  fmt::format("principal={} interest={} requested={}", unpaid.principal,
                              unpaid.interest, amount.minor()));
  }
  const Party borrower = party_of(state, project.borrower);
  if (auto refusal = need_funds(state, borrower.available, amount)) return refusal;
  if (!state.profile().policy().partial_repayment) {
    return refuse(RefusalCode::kPolicyForbids, "partial_repayment=false");
  }

  // From here the entry must succeed.
  post(draft, borrower.available, borrower.frozen, amount);
  open_hold(state, draft, HoldKind::kRepayment, borrower.frozen, borrower.available, amount);
  draft.holds.back().project = *id;
  draft.holds.back().instalment = project.instalments_paid + 1;
  return std::nullopt;
}

}  // namespace

const Flow kRepayPartial{FlowCode::kRepayPartial, kFields, Needs::kNothing, decide};

}  // namespace ledger::domain::flows
