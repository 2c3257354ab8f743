#include "ledger/domain/flows/lenders.h"

#include <algorithm>

#include <fmt/format.h>

#include "ledger/domain/allocation.h"

namespace ledger::domain::flows {

using base::Int128;

std::optional<Refusal> need_state(const Project& project, ProjectState state) {
  if (project.state == state) return std::nullopt;
  return refuse(RefusalCode::kWrongProjectState,
                fmt::format("project={} state={}", project.code, name_of(project.state)));
}

std::optional<Refusal> need_no_repayment(const Project& project) {
  if (project.repayment.is_none()) return std::nullopt;
  return refuse(RefusalCode::kInstalmentOutOfOrder,
                fmt::format("project={} paid={} frozen=1", project.code, project.instalments_paid));
}

std::optional<Refusal> need_marked_overdue(const Project& project) {
  if (!project.overdue_since.is_none()) return std::nullopt;
  return refuse(RefusalCode::kNotOverdue, fmt::format("project={}", project.code));
}

bool is_overdue(const Project& project, base::Date day) {
  if (!project.overdue_since.is_none()) return true;
  return !is_paid_up(project) && project.instalments[project.instalments_paid].due < day;
}

std::optional<Refusal> need_unrelated(const State& state, const Project& project) {
  for (const base::ClientId party : {project.borrower, project.guarantor}) {
    if (party.is_none() || !state.owner(party).has(OwnerFlag::kRelatedParty)) continue;
    return refuse(RefusalCode::kRelatedParty,
                  fmt::format("project={} client={}", project.code, state.owner(party).code));
  }
  return std::nullopt;
}

std::optional<Refusal> need_unrelated(const State& state, base::ClientId buyer,
                                      base::ClientId seller) {
  for (const base::ClientId party : {buyer, seller}) {
    if (!state.owner(party).has(OwnerFlag::kRelatedParty)) continue;
    return refuse(RefusalCode::kRelatedParty, fmt::format("client={}", state.owner(party).code));
  }
  return std::nullopt;
}

std::optional<Refusal> need_transferable(const State& state, const Project& project) {
  if (state.profile().policy().transfer_overdue || !is_overdue(project, state.business_date())) {
    return std::nullopt;
  }
  return refuse(RefusalCode::kOverdue, fmt::format("project={}", project.code));
}

std::optional<Refusal> need_guarantor(const State& state, const Project& project,
                                      const Command& command) {
  const bool named = command.has(Field::kGuarantor);
  const std::string_view name = command.text(Field::kGuarantor);
  if (!project.guarantor.is_none() && (!named || state.owner(project.guarantor).code == name)) {
    return std::nullopt;
  }
  return refuse(RefusalCode::kNotGuarantor,
                fmt::format("project={} guarantor={}", project.code,
                            project.guarantor.is_none() ? std::string_view("none")
                                                        : state.owner(project.guarantor).code));
}

const Claim* find_claim(const State& state, base::ProjectId project, base::ClientId holder) {
  const std::vector<Claim>& claims = state.claims(project);
  const auto at =
      std::lower_bound(claims.begin(), claims.end(), holder,
                       [](const Claim& c, base::ClientId wanted) { return c.holder < wanted; });
  return at == claims.end() || at->holder != holder ? nullptr : &*at;
}

void release_bid(const State& state, const Hold& bid, Entry& draft) {
  const base::Amount amount = base::Amount::of(bid.remaining);
  post(draft, bid.account, bid.beneficiary, amount);
  use_hold(draft, HoldOp::kRelease, bid, amount);
  const Hold* added = state.find_hold(bid.order, HoldKind::kRedPacket);
  if (added == nullptr) return;
  const base::Amount back = base::Amount::of(added->remaining);
  post(draft, added->account, structural(state, "platform:marketing"), back);
  use_hold(draft, HoldOp::kRelease, *added, back);
}

bool is_paid_up(const Project& project) {
  return project.voided_from != 0 || project.instalments_paid == project.instalments.size();
}

Due unpaid_of_next(const Project& project) {
  if (is_paid_up(project)) return {};
  const Instalment& next = project.instalments[project.instalments_paid];
  return {next.principal.minor() - project.part_principal,
          next.interest.minor() - project.part_interest};
}

Due split_of(const Project& project, base::Amount amount) {
  const Due unpaid = unpaid_of_next(project);
  const std::int64_t interest = std::min(amount.minor(), unpaid.interest);
  return {amount.minor() - interest, interest};
}

namespace {

// Half up of whole * days / length; all of it where the period has no length.
std::int64_t by_days(std::int64_t whole, std::int64_t days, std::int64_t length) {
  if (length <= 0) return whole;
  const std::int64_t passed = std::clamp<std::int64_t>(days, 0, length);
  return static_cast<std::int64_t>((Int128{2} * whole * passed + length) / (Int128{2} * length));
}

}  // namespace

std::optional<Due> due_early(const Project& project, base::Date day) {
  Int128 interest = 0;
  base::Date begins = project.lent_on;
  for (std::size_t k = 0; k < project.instalments.size(); ++k) {
    const Instalment& i = project.instalments[k];
    if (k >= project.instalments_paid) {
      const bool next = k == project.instalments_paid;
      const std::int64_t paid = next ? project.part_interest : 0;
      const std::int64_t earned = i.due <= day
                                      ? i.interest.minor()
                                      : by_days(i.interest.minor(), day.days() - begins.days(),
                                                i.due.days() - begins.days());
      interest += std::max<std::int64_t>(0, earned - paid);
    }
    if (i.due > day) break;
    begins = i.due;
  }
  const Int128 whole = interest + project.owed_to_lenders();
  if (!base::Total::from_minor(whole).to_amount()) return std::nullopt;
  return Due{project.owed_to_lenders(), static_cast<std::int64_t>(interest)};
}

std::optional<Refusal> need_within_due(const Project& project, base::Amount amount) {
  const Due unpaid = unpaid_of_next(project);
  if (amount.minor() <= unpaid.total()) return std::nullopt;
  return refuse(RefusalCode::kAmountMismatch,
                fmt::format("principal={} interest={} requested={}", unpaid.principal,
                            unpaid.interest, amount.minor()));
}

namespace {

// Where all principal is paid, each claim gets exactly what it lacks.
std::vector<std::int64_t> principal_parts(const Project& project, const std::vector<Claim>& claims,
                                          std::int64_t due) {
  if (due == project.owed_to_lenders()) {
    std::vector<std::int64_t> parts;
    parts.reserve(claims.size());
    for (const Claim& c : claims) parts.push_back(c.outstanding());
    return parts;
  }
  return allocate(due, project.principal_since, principal_shares(claims));
}

}  // namespace

void pay_lenders(const State& state, const Project& project, base::AccountId from, Due paid,
                 ClaimOp op, Entry& draft) {
  const std::vector<Claim>& claims = state.claims(project.id);
  LEDGER_CHECK(!claims.empty());
  const auto principal = principal_parts(project, claims, paid.principal);
  const auto interest = allocate(paid.interest, project.interest_since, interest_shares(claims));
  for (std::size_t i = 0; i < claims.size(); ++i) {
    if (principal[i] == 0 && interest[i] == 0) continue;
    const base::AccountId to = party_of(state, claims[i].holder).available;
    const base::Amount p = base::Amount::of(principal[i]);
    const base::Amount in = base::Amount::of(interest[i]);
    if (!p.is_zero()) post(draft, from, to, p, PostingKind::kPrincipal);
    if (!in.is_zero()) post(draft, from, to, in, PostingKind::kInterest);
    draft.claims.push_back({op, project.id, claims[i].holder, p, in});
  }
  draft.allocation_version = kAllocationVersion;
}

void compensate(const State& state, const Project& project, base::ClientId payer,
                base::AccountId from, base::Amount amount, Entry& draft) {
  const Due paid = split_of(project, amount);
  const base::Amount principal = base::Amount::of(paid.principal);
  const base::Amount interest = base::Amount::of(paid.interest);
  pay_lenders(state, project, from, paid, ClaimOp::kCompensate, draft);
  draft.claims.push_back({ClaimOp::kSubrogate, project.id, payer, principal, interest});
  draft.instalments.push_back({project.id, project.instalments_paid + 1, principal, interest});
  move_when_paid(project, draft);
}

void move_when_paid(const Project& project, Entry& draft) {
  Due unpaid = unpaid_of_next(project);
  const bool last = project.instalments_paid + 1 >= project.instalments.size();
  for (const InstalmentPaid& i : draft.instalments) {
    unpaid.principal -= i.principal.minor();
    unpaid.interest -= i.interest.minor();
  }
  const bool whole = is_paid_up(project) || !draft.voided.empty() || (last && unpaid.total() == 0);
  if (!whole) return;
  Int128 recoverable = 0;
  for (const Recovery& r : project.recoveries) {
    recoverable += Int128{r.open_principal()} + r.open_interest();
  }
  for (const ClaimChange& c : draft.claims) {
    const Int128 sum = Int128{c.principal.minor()} + c.interest.minor();
    if (c.op == ClaimOp::kSubrogate) recoverable += sum;
    if (c.op == ClaimOp::kRecover) recoverable -= sum;
  }
  const ProjectState to = recoverable == 0 ? ProjectState::kSettled : ProjectState::kDefaulted;
  if (to != project.state) draft.moves.push_back({project.id, to});
}

}  // namespace ledger::domain::flows
