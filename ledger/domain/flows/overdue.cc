// F20: the next unpaid instalment was due before the business date. The mark opens the way to
// compensation and notes the penalty to this day; no money moves.
#include <algorithm>

#include <fmt/format.h>

#include "ledger/domain/flows/lenders.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {{Field::kProject, true}};

// The profile's rate a day on what is unpaid, rounded down.
base::Amount penalty_of(const State& state, const Due& unpaid, std::int64_t days) {
  const std::int64_t ppm = state.profile().policy().penalty_ppm_per_day;
  const base::Int128 penalty = unpaid.total() * ppm * days / 1'000'000;
  return base::Amount::of(
      static_cast<std::int64_t>(std::min<base::Int128>(penalty, base::Amount::kMaxMinor)));
}

std::optional<Refusal> decide(const State& state, const Command& command, const Context&,
                              Entry& draft) {
  const auto id = find_project(state, command);
  if (!id) return id.error();
  const Project& project = state.project(*id);
  if (auto refusal = need_state(project, ProjectState::kRepaying)) return refusal;
  const base::Date today = state.business_date();
  const base::Date due = project.instalments[project.instalments_paid].due;
  if (due >= today) {
    return refuse(RefusalCode::kNotOverdue,
                  fmt::format("project={} due={}", project.code, format(due)));
  }
  if (!project.overdue_since.is_none()) {
    return refuse(
        RefusalCode::kAlreadyInState,
        fmt::format("project={} overdue_since={}", project.code, format(project.overdue_since)));
  }

  // From here the entry must succeed.
  const std::int64_t days = today.days() - due.days();
  draft.overdue.push_back({*id, project.instalments_paid + 1, due, static_cast<std::uint32_t>(days),
                           penalty_of(state, unpaid_of_next(project), days)});
  return std::nullopt;
}

}  // namespace

const Flow kOverdue{FlowCode::kOverdue, kFields, Needs::kNothing, decide};

}  // namespace ledger::domain::flows
