// F11: a lender bids on a project. The money is frozen in the lender's own name, tagged with the
// project; the bid that reaches the target makes the project full.
#include <fmt/format.h>

#include "ledger/domain/flows/common.h"
#include "ledger/domain/flows/lenders.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {
    {Field::kClient, true}, {Field::kProject, true}, {Field::kAmount, true}};

std::optional<Refusal> decide(const State& state, const Command& command, const Context&,
                              Entry& draft) {
  const auto lender = find_client(state, command);
  if (!lender) return lender.error();
  const auto id = find_project(state, command);
  if (!id) return id.error();
  const Project& project = state.project(*id);
  const Owner& owner = state.owner(lender->id);
  const Owner& borrower = state.owner(project.borrower);
  const base::Amount amount = command.amount(Field::kAmount);
  if (kind_name(state, lender->id) != "lender" || owner.currency != borrower.currency) {
    return refuse(RefusalCode::kWrongKind, fmt::format("client={}", owner.code));
  }
  if (project.state != ProjectState::kCollecting) {
    return refuse(RefusalCode::kWrongProjectState,
                  fmt::format("project={} state={}", project.code, name_of(project.state)));
  }
  if (owner.person() == borrower.person()) {
    return refuse(RefusalCode::kSelfLending, fmt::format("person={}", owner.person()));
  }
  if (owner.has(OwnerFlag::kRelatedParty)) {
    return refuse(RefusalCode::kRelatedParty, fmt::format("client={}", owner.code));
  }
  if (auto refusal = need_unrelated(state, project)) return refusal;
  if (base::Total::from_minor(project.frozen) + base::Total(amount) > base::Total(project.target)) {
    return refuse(RefusalCode::kTargetExceeded,
                  fmt::format("project={} target={} bid={} requested={}", project.code,
                              project.target.minor(), project.frozen, amount.minor()));
  }
  if (auto refusal = need_cap(state, project.borrower, project.target)) return refusal;
  if (auto refusal = need_funds(state, lender->available, amount)) return refusal;

  // From here the entry must succeed.
  post(draft, lender->available, lender->frozen, amount);
  open_hold(state, draft, HoldKind::kBid, lender->frozen, lender->available, amount);
  draft.holds.back().project = *id;
  if (project.frozen + amount.minor() == project.target.minor()) {
    draft.moves.push_back({*id, ProjectState::kFull});
  }
  return std::nullopt;
}

}  // namespace

const Flow kBid{FlowCode::kBid, kFields, Needs::kNothing, decide};

}  // namespace ledger::domain::flows
