// F16: the borrower sets aside all that is unpaid of the next instalment, for its one project.
#include <fmt/format.h>

#include "ledger/domain/flows/lenders.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {
    {Field::kProject, true}, {Field::kInstalment, true}, {Field::kAmount, true}};

std::optional<Refusal> decide(const State& state, const Command& command, const Context&,
                              Entry& draft) {
  const auto id = find_project(state, command);
  if (!id) return id.error();
  const Project& project = state.project(*id);
  const std::uint64_t number = command.count(Field::kInstalment);
  if (project.state != ProjectState::kRepaying) {
    return refuse(RefusalCode::kWrongProjectState,
                  fmt::format("project={} state={}", project.code, name_of(project.state)));
  }
  if (number > project.instalments.size()) {
    return refuse(
        RefusalCode::kInstalmentUnknown,
        fmt::format("project={} instalments={}", project.code, project.instalments.size()));
  }
  if (number != project.instalments_paid + 1 || !project.repayment.is_none()) {
    return refuse(RefusalCode::kInstalmentOutOfOrder,
                  fmt::format("project={} paid={} frozen={}", project.code,
                              project.instalments_paid, project.repayment.is_none() ? 0 : 1));
  }
  const Due unpaid = unpaid_of_next(project);
  const base::Amount amount = command.amount(Field::kAmount);
  if (amount.minor() != unpaid.total()) {
    return refuse(RefusalCode::kAmountMismatch,
                  fmt::format("principal={} interest={} requested={}", unpaid.principal,
                              unpaid.interest, amount.minor()));
  }
  const Party borrower = party_of(state, project.borrower);
  if (auto refusal = need_funds(state, borrower.available, amount)) return refusal;

  // From here the entry must succeed.
  post(draft, borrower.available, borrower.frozen, amount);
  open_hold(state, draft, HoldKind::kRepayment, borrower.frozen, borrower.available, amount);
  draft.holds.back().project = *id;
  draft.holds.back().instalment = static_cast<std::uint32_t>(number);
  return std::nullopt;
}

}  // namespace

const Flow kRepay{FlowCode::kRepay, kFields, Needs::kNothing, decide};

}  // namespace ledger::domain::flows
