// F18: the borrower pays the whole loan back before its time: all principal, the interest to this
// day, and what was agreed to compensate the lenders for the interest they lose.
#include <fmt/format.h>

#include "ledger/domain/allocation.h"
#include "ledger/domain/flows/lenders.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {
    {Field::kProject, true}, {Field::kAmount, true}, {Field::kCompensation, false}};

std::optional<Refusal> decide(const State& state, const Command& command, const Context&,
                              Entry& draft) {
  const auto id = find_project(state, command);
  if (!id) return id.error();
  const Project& project = state.project(*id);
  const base::Amount amount = command.amount(Field::kAmount);
  const base::Amount compensation = command.amount(Field::kCompensation);
  if (auto refusal = need_state(project, ProjectState::kRepaying)) return refusal;
  if (auto refusal = need_no_repayment(project)) return refusal;
  const auto due = due_early(project, state.business_date());
  const base::Total interest =
      base::Total(compensation) + base::Total::from_minor(due ? due->interest : 0);
  if (!due || interest + base::Total::from_minor(due->principal) != base::Total(amount)) {
    return refuse(RefusalCode::kAmountMismatch,
                  fmt::format("principal={} interest={} compensation={} requested={}",
                              due ? due->principal : 0, due ? due->interest : 0,
                              compensation.minor(), amount.minor()));
  }
  if (interest.minor() + project.interest_since > kAllocationMax) {
    return refuse(RefusalCode::kLoanTooLarge,
                  fmt::format("interest={}", base::to_string(interest.minor())));
  }
  const Party borrower = party_of(state, project.borrower);
  if (auto refusal = need_funds(state, borrower.available, amount)) return refusal;

  // From here the entry must succeed. Instalment 0 says: not one of the schedule.
  post(draft, borrower.available, borrower.frozen, amount);
  open_hold(state, draft, HoldKind::kRepayment, borrower.frozen, borrower.available, amount);
  draft.holds.back().project = *id;
  return std::nullopt;
}

}  // namespace

const Flow kRepayEarly{FlowCode::kRepayEarly, kFields, Needs::kNothing, decide};

}  // namespace ledger::domain::flows
