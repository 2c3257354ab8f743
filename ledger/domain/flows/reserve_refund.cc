// F22c, the other way: a reserve that runs off returns to the platform what the overdue loans of
// now cannot need. It looks at every project: operators ask for it rarely.
#include <fmt/format.h>

#include "ledger/domain/flows/lenders.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {{Field::kAmount, true}};

// All that the lenders of overdue loans may still have to get.
base::Total needed_by_overdue(const State& state) {
  base::Total needed;
  for (std::uint64_t n = 1; n <= state.project_count(); ++n) {
    const Project& project = state.project(base::ProjectId(n));
    if (project.state != ProjectState::kRepaying || !is_overdue(project, state.business_date())) {
      continue;
    }
    needed += base::Total::from_minor(project.owed_to_lenders());
    needed -= base::Total::from_minor(project.part_interest);
    for (std::size_t k = project.instalments_paid; k < project.instalments.size(); ++k) {
      needed += project.instalments[k].interest;
    }
  }
  return needed;
}

std::optional<Refusal> decide(const State& state, const Command& command, const Context&,
                              Entry& draft) {
  const base::Amount amount = command.amount(Field::kAmount);
  const base::AccountId reserve = structural(state, "reserve:risk");
  if (auto refusal = need_funds(state, reserve, amount)) return refusal;
  if (state.profile().policy().reserve != ReserveMode::kRunOff) {
    return refuse(RefusalCode::kPolicyForbids, "reserve is not run-off");
  }
  const base::Total needed = needed_by_overdue(state);
  if (base::Total::from_minor(state.balance(reserve)) - base::Total(amount) < needed) {
    return refuse(RefusalCode::kPolicyForbids,
                  fmt::format("reserve={} needed={} requested={}", state.balance(reserve),
                              base::to_string(needed.minor()), amount.minor()));
  }

  // From here the entry must succeed.
  post(draft, reserve, structural(state, "platform:master"), amount);
  return std::nullopt;
}

}  // namespace

const Flow kReserveRefund{FlowCode::kReserveRefund, kFields, Needs::kNothing, decide};

}  // namespace ledger::domain::flows
