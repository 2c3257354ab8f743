// F17: a frozen instalment goes to the holders of the project's claims, pro rata (allocation.h),
// principal and interest as two allocations, in one entry however many they are.
#include <fmt/format.h>

#include "ledger/domain/allocation.h"
#include "ledger/domain/flows/common.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {{Field::kOrder, true}};

// The parts of the instalment's principal. The last instalment pays what each claim still lacks,
// which is exact because earlier parts never exceed the claim.
std::vector<std::int64_t> principal_parts(const Project& project, const std::vector<Claim>& claims,
                                          const Instalment& due, bool last) {
  std::vector<std::int64_t> parts;
  if (last) {
    for (const Claim& c : claims) parts.push_back(c.principal - c.principal_paid);
    return parts;
  }
  std::vector<Share> shares;
  for (const Claim& c : claims) shares.push_back({c.principal, c.principal_paid});
  return allocate(due.principal.minor(), project.repaid, shares);
}

std::vector<std::int64_t> interest_parts(const Project& project, const std::vector<Claim>& claims,
                                         const Instalment& due) {
  std::vector<Share> shares;
  for (const Claim& c : claims) shares.push_back({c.principal, c.interest_paid});
  return allocate(due.interest.minor(), project.interest_paid, shares);
}

std::optional<Refusal> decide(const State& state, const Command& command, const Context& context,
                              Entry& draft) {
  const auto hold = find_order(state, command, context, HoldKind::kRepayment);
  if (!hold) return hold.error();
  const Project& project = state.project((*hold)->project);
  const std::vector<Claim>& claims = state.claims(project.id);
  const std::uint32_t number = (*hold)->instalment;
  LEDGER_CHECK(!claims.empty() && number == project.instalments_paid + 1 &&
               number <= project.instalments.size());

  // From here the entry must succeed.
  const Instalment& due = project.instalments[number - 1];
  const bool last = number == project.instalments.size();
  const auto principal = principal_parts(project, claims, due, last);
  const auto interest = interest_parts(project, claims, due);
  for (std::size_t i = 0; i < claims.size(); ++i) {
    if (principal[i] == 0 && interest[i] == 0) continue;
    const base::AccountId to = party_of(state, claims[i].holder).available;
    const base::Amount p = base::Amount::of(principal[i]);
    const base::Amount in = base::Amount::of(interest[i]);
    if (!p.is_zero()) post(draft, (*hold)->account, to, p, PostingKind::kPrincipal);
    if (!in.is_zero()) post(draft, (*hold)->account, to, in, PostingKind::kInterest);
    draft.claims.push_back({ClaimOp::kRepay, project.id, claims[i].holder, p, in});
  }
  use_hold(draft, HoldOp::kCapture, **hold, base::Amount::of((*hold)->remaining));
  draft.instalments.push_back({project.id, number, due.principal, due.interest});
  if (last) draft.moves.push_back({project.id, ProjectState::kSettled});
  draft.allocation_version = kAllocationVersion;
  return std::nullopt;
}

}  // namespace

const Flow kDistribute{FlowCode::kDistribute, kFields, Needs::kClaims, decide};

}  // namespace ledger::domain::flows
