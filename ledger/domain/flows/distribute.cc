// F17: a frozen repayment goes to the holders of the project's claims, pro rata (allocation.h),
// principal and interest as two allocations, in one entry however many they are. Interest is paid
// first. A guarantor's money (F21') pays the holders in the guarantor's name; an early repayment
// (instalment 0) ends the schedule.
#include "ledger/domain/flows/lenders.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {{Field::kOrder, true}};

std::optional<Refusal> decide(const State& state, const Command& command, const Context& context,
                              Entry& draft) {
  const auto found = find_order(state, command, context, HoldKind::kRepayment);
  if (!found) return found.error();
  const Hold& hold = **found;
  const Project& project = state.project(hold.project);
  const bool early = hold.instalment == 0;
  LEDGER_CHECK(!is_paid_up(project) && (early || hold.instalment == project.instalments_paid + 1));

  // From here the entry must succeed.
  const base::Amount amount = base::Amount::of(hold.remaining);
  use_hold(draft, HoldOp::kCapture, hold, amount);
  const base::ClientId payer(state.account(hold.beneficiary).owner);
  if (payer != project.borrower) {
    compensate(state, project, payer, hold.account, amount, draft);
    return std::nullopt;
  }
  const std::int64_t owed = project.owed_to_lenders();
  const Due paid = early ? Due{owed, amount.minor() - owed} : split_of(project, amount);
  const base::Amount principal = base::Amount::of(paid.principal);
  const base::Amount interest = base::Amount::of(paid.interest);
  pay_lenders(state, project, hold.account, paid, ClaimOp::kRepay, draft);
  if (early) {
    draft.voided.push_back({project.id, project.instalments_paid + 1, principal, interest});
  } else {
    draft.instalments.push_back({project.id, hold.instalment, principal, interest});
  }
  move_when_paid(project, draft);
  return std::nullopt;
}

}  // namespace

const Flow kDistribute{FlowCode::kDistribute, kFields, Needs::kClaims, decide};

}  // namespace ledger::domain::flows
