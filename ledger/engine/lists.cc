// Reads on the decide thread: owners and holds, and the listings that operators work through. A
// page visits a bounded number of things, so that a listing of millions never holds up a commit.
#include <fmt/format.h>

#include "ledger/domain/flows/lenders.h"
#include "ledger/engine/impl.h"

namespace ledger::engine {
namespace {

using base::fail;
using base::Fault;
using domain::State;

constexpr std::uint64_t kVisitsMax = 20'000;

HoldView view_of(const Engine::View& engine, const domain::Hold& hold) {
  HoldView view;
  view.hold = hold;
  view.account = engine.account_code(hold.account);
  view.beneficiary = engine.account_code(hold.beneficiary);
  if (!hold.project.is_none()) view.project = engine.project_code(hold.project);
  return view;
}

// A filter with its codes looked up.
struct HoldMatch {
  base::AccountId account;
  base::ClientId client;
  std::optional<domain::HoldKind> kind;

  bool fits(const State& state, const domain::Hold& hold) const {
    if (kind && hold.kind != *kind) return false;
    if (!account.is_none()) return hold.account == account || hold.beneficiary == account;
    if (client.is_none()) return true;
    const auto owns = [&](base::AccountId id) { return state.account(id).owner == client.value(); };
    return owns(hold.account) || owns(hold.beneficiary);
  }
};

base::Result<HoldMatch, Fault> look_up(const State& state, const HoldFilter& filter) {
  HoldMatch match;
  match.kind = filter.kind;
  if (!filter.account.empty()) {
    const auto id = state.find_account(filter.account);
    if (!id) return fail(base::not_found("account " + filter.account));
    match.account = *id;
  }
  if (!filter.client.empty()) {
    const auto id = state.find_owner(filter.client);
    if (!id) return fail(base::not_found("client " + filter.client));
    match.client = *id;
  }
  return match;
}

// The next instalment of a loan that is still to be paid, if it is late.
std::optional<OverdueView> lateness_of(const Engine::View& engine, const State& state,
                                       const domain::Project& project) {
  if (project.state != domain::ProjectState::kRepaying || project.voided_from != 0 ||
      project.instalments_paid >= project.instalments.size()) {
    return std::nullopt;
  }
  const domain::Instalment& next = project.instalments[project.instalments_paid];
  if (next.due >= state.business_date()) return std::nullopt;
  OverdueView view;
  view.project = project.code;
  view.borrower = engine.owner_code(project.borrower);
  if (!project.guarantor.is_none()) view.guarantor = engine.owner_code(project.guarantor);
  view.instalment = project.instalments_paid + 1;
  view.due = next.due;
  view.days = state.business_date().days() - next.due.days();
  view.principal = next.principal.minor() - project.part_principal;
  view.interest = next.interest.minor() - project.part_interest;
  return view;
}

}  // namespace

std::optional<OwnerView> Engine::View::owner(std::string_view code) const {
  const auto id = impl_.state.find_owner(code);
  if (!id) return std::nullopt;
  OwnerView view;
  view.owner = impl_.state.owner(*id);
  view.kind = impl_.state.profile().kinds()[view.owner.kind].name;
  for (std::uint16_t i = 0; i < view.owner.account_count; ++i) {
    const auto account = this->account(account_code(base::AccountId(view.owner.first_account + i)));
    if (account) view.accounts.push_back(*account);
  }
  return view;
}

base::Result<EarlyQuote, Fault> Engine::View::early_quote(std::string_view code) const {
  const auto id = impl_.state.find_project(code);
  if (!id) return fail(base::not_found(fmt::format("project {}", code)));
  const domain::Project& project = impl_.state.project(*id);
  const base::Date day = impl_.state.business_date();
  auto refusal = domain::flows::need_state(project, domain::ProjectState::kRepaying);
  if (!refusal) refusal = domain::flows::need_no_repayment(project);
  if (refusal) {
    return fail(
        base::not_found(fmt::format("no early repayment of {}: {}", code, refusal->detail)));
  }
  const auto due = domain::flows::due_early(project, day);
  if (!due) return fail(base::not_found(fmt::format("{} costs more than an amount", code)));
  return EarlyQuote{day, due->principal, due->interest};
}

std::optional<HoldView> Engine::View::hold(std::string_view order, domain::HoldKind kind) const {
  const domain::Hold* hold = impl_.state.find_hold(order, kind);
  if (hold == nullptr) return std::nullopt;
  return view_of(*this, *hold);
}

std::vector<HoldView> Engine::View::open_holds(std::span<const domain::HoldKind> kinds) const {
  std::vector<HoldView> views;
  for (std::uint64_t place = 0; place < impl_.state.hold_places(); ++place) {
    const domain::Hold* hold = impl_.state.hold_at(place);
    if (hold == nullptr || std::find(kinds.begin(), kinds.end(), hold->kind) == kinds.end()) {
      continue;
    }
    views.push_back(view_of(*this, *hold));
  }
  std::sort(views.begin(), views.end(),
            [](const HoldView& a, const HoldView& b) { return a.hold.id < b.hold.id; });
  return views;
}

base::Result<Page<HoldView, std::uint64_t>, Fault> Engine::View::holds(const HoldFilter& filter,
                                                                       std::uint64_t cursor,
                                                                       std::size_t limit) const {
  const auto match = look_up(impl_.state, filter);
  if (!match) return fail(match.error());
  Page<HoldView, std::uint64_t> page;
  const std::uint64_t places = impl_.state.hold_places();
  std::uint64_t place = cursor;
  for (; place < places && place - cursor < kVisitsMax && page.rows.size() < limit; ++place) {
    const domain::Hold* hold = impl_.state.hold_at(place);
    if (hold != nullptr && match->fits(impl_.state, *hold)) {
      page.rows.push_back(view_of(*this, *hold));
    }
  }
  if (place < places) page.next = place;
  return page;
}

Page<domain::Proposal, std::string> Engine::View::open_proposals(std::string_view cursor,
                                                                 std::size_t limit) const {
  Page<domain::Proposal, std::string> page;
  const auto visited = impl_.state.proposals_after(cursor, kVisitsMax);
  std::size_t seen = 0;
  for (; seen < visited.size() && page.rows.size() < limit; ++seen) {
    const domain::Proposal& proposal = *visited[seen];
    if (proposal.status == domain::ProposalOp::kProposed) page.rows.push_back(proposal);
  }
  if (seen > 0 && (seen < visited.size() || seen == kVisitsMax)) page.next = visited[seen - 1]->id;
  return page;
}

Page<OverdueView, std::uint64_t> Engine::View::overdue(bool marked, std::uint64_t cursor,
                                                       std::size_t limit) const {
  Page<OverdueView, std::uint64_t> page;
  const std::uint64_t projects = impl_.state.project_count();
  std::uint64_t seen = cursor;  // the project with this id was visited
  for (; seen < projects && seen - cursor < kVisitsMax && page.rows.size() < limit; ++seen) {
    const domain::Project& project = impl_.state.project(base::ProjectId(seen + 1));
    if (project.overdue_since.is_none() == marked) continue;
    if (auto row = lateness_of(*this, impl_.state, project)) page.rows.push_back(*std::move(row));
  }
  if (seen < projects) page.next = seen;
  return page;
}

}  // namespace ledger::engine
