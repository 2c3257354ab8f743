// F22b: the borrower pays back what a guarantor or the reserve paid in its place (还代偿款),
// interest first.
#include <algorithm>

#include <fmt/format.h>

#include "ledger/domain/flows/lenders.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {
    {Field::kProject, true}, {Field::kClient, true}, {Field::kAmount, true}};

std::optional<Refusal> decide(const State& state, const Command& command, const Context&,
                              Entry& draft) {
  const std::string_view code = command.text(Field::kClient);
  const auto compensator = state.find_owner(code);
  if (!compensator) return refuse(RefusalCode::kUnknownClient, fmt::format("client={}", code));
  const auto id = find_project(state, command);
  if (!id) return id.error();
  const Project& project = state.project(*id);
  const base::Amount amount = command.amount(Field::kAmount);
  const Recovery* recovery = project.recovery_of(*compensator);
  const std::int64_t principal = recovery == nullptr ? 0 : recovery->open_principal();
  const std::int64_t interest = recovery == nullptr ? 0 : recovery->open_interest();
  if (base::Total(amount) > base::Total::from_minor(base::Int128{principal} + interest)) {
    return refuse(RefusalCode::kClaimExceeded,
                  fmt::format("client={} principal={} interest={} requested={}", code, principal,
                              interest, amount.minor()));
  }
  const base::AccountId from = party_of(state, project.borrower).available;
  if (auto refusal = need_funds(state, from, amount)) return refusal;

  // From here the entry must succeed. Only the reserve has no available account.
  const base::AccountId own = party_of(state, *compensator).available;
  const base::AccountId to = own.is_none() ? structural(state, "reserve:risk") : own;
  const std::int64_t on_interest = std::min(amount.minor(), interest);
  const base::Amount in = base::Amount::of(on_interest);
  const base::Amount p = base::Amount::of(amount.minor() - on_interest);
  if (!in.is_zero()) post(draft, from, to, in, PostingKind::kInterest);
  if (!p.is_zero()) post(draft, from, to, p, PostingKind::kPrincipal);
  draft.claims.push_back({ClaimOp::kRecover, *id, *compensator, p, in});
  move_when_paid(project, draft);
  return std::nullopt;
}

}  // namespace

const Flow kRecover{FlowCode::kRecover, kFields, Needs::kClaims, decide};

}  // namespace ledger::domain::flows
