// F13: a full project is paid out (满标放款). Every lender's frozen money goes straight to the
// borrower, gross and through no third account; each lender gets a claim of what it lent, the
// platform's part of its bid included. Where the project has a payee, the borrower may not use the
// money for anything else.
#include <map>

#include <fmt/format.h>

#include "ledger/domain/flows/common.h"
#include "ledger/domain/flows/lenders.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {{Field::kProject, true}};

// Who became related to the platform after its bid lends nothing: the bid is reversed, or all of
// them go back.
std::optional<Refusal> need_unrelated_lenders(const State& state, const Project& project) {
  for (const base::HoldId bid : project.bids) {
    const Hold* hold = state.find_hold(bid);
    LEDGER_CHECK(hold != nullptr);
    const Owner& lender = state.owner(base::ClientId(state.account(hold->beneficiary).owner));
    if (!lender.has(OwnerFlag::kRelatedParty)) continue;
    return refuse(RefusalCode::kRelatedParty,
                  fmt::format("project={} client={}", project.code, lender.code));
  }
  return std::nullopt;
}

std::optional<Refusal> decide(const State& state, const Command& command, const Context&,
                              Entry& draft) {
  const auto id = find_project(state, command);
  if (!id) return id.error();
  const Project& project = state.project(*id);
  if (project.state != ProjectState::kFull) {
    return refuse(RefusalCode::kWrongProjectState,
                  fmt::format("project={} state={}", project.code, name_of(project.state)));
  }
  if (auto refusal = need_unrelated(state, project)) return refusal;
  if (auto refusal = need_unrelated_lenders(state, project)) return refusal;
  if (auto refusal = need_cap(state, project.borrower, project.target)) return refusal;

  // From here the entry must succeed.
  const Party borrower = party_of(state, project.borrower);
  std::map<base::ClientId, std::int64_t> lent;
  for (const base::HoldId bid : project.bids) {
    const Hold* hold = state.find_hold(bid);
    LEDGER_CHECK(hold != nullptr);
    const base::Amount amount = base::Amount::of(hold->remaining);
    post(draft, hold->account, borrower.available, amount, PostingKind::kPrincipal);
    use_hold(draft, HoldOp::kCapture, *hold, amount);
    lent[base::ClientId(state.account(hold->beneficiary).owner)] += amount.minor();
  }
  for (const auto& [holder, principal] : lent) {
    draft.claims.push_back(
        {ClaimOp::kCreate, *id, holder, base::Amount::of(principal), base::Amount()});
  }
  if (!project.payee.empty()) {
    open_hold(state, draft, HoldKind::kEntrusted, borrower.available, borrower.available,
              project.target);
    draft.holds.back().project = *id;
  }
  draft.moves.push_back({*id, ProjectState::kRepaying});
  return std::nullopt;
}

}  // namespace

const Flow kDisburse{FlowCode::kDisburse, kFields, Needs::kClaims, decide};

}  // namespace ledger::domain::flows
