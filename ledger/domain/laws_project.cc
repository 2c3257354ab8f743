// The laws of projects and claims; the others are in laws.cc.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "ledger/domain/laws.h"

namespace ledger::domain::laws {
namespace {

using base::Int128;
using base::ProjectId;

// The one project of the entry; none if it has none; nothing if it names several.
std::optional<ProjectId> only_project(const Entry& entry) {
  ProjectId only;
  bool several = false;
  const auto see = [&](ProjectId id) {
    if (id.is_none()) return;
    if (!only.is_none() && only != id) several = true;
    only = id;
  };
  for (const HoldChange& h : entry.holds) see(h.project);
  for (const ProjectMoved& m : entry.moves) see(m.id);
  for (const InstalmentPaid& i : entry.instalments) see(i.project);
  for (const ClaimChange& c : entry.claims) see(c.project);
  for (const ProjectOpened& p : entry.projects) see(p.id);
  for (const FeeChange& f : entry.fees) see(f.project);
  if (several) return std::nullopt;
  return only;
}

// What the entry does to its project.
struct ProjectDelta {
  Int128 bid = 0;        // opened or reopened bids
  Int128 captured = 0;   // bids turned into a loan
  Int128 released = 0;   // bids given back
  Int128 created = 0;    // principal of new claims
  Int128 repaid = 0;     // principal taken from claims
  Int128 yield = 0;      // interest noted by claims
  Int128 repayment = 0;  // captured repayment holds
  Int128 principal = 0;  // of paid instalments
  Int128 interest = 0;
};

ProjectDelta delta_of(const Entry& entry) {
  ProjectDelta d;
  for (const HoldChange& h : entry.holds) {
    const Int128 amount = h.amount.minor();
    if (h.kind == HoldKind::kBid) {
      switch (h.op) {
        case HoldOp::kOpen:
        case HoldOp::kReopen:
          d.bid += amount;
          break;
        case HoldOp::kCapture:
          d.captured += amount;
          break;
        case HoldOp::kRelease:
          d.released += amount;
          break;
      }
    } else if (h.kind == HoldKind::kRepayment && h.op == HoldOp::kCapture) {
      d.repayment += amount;
    }
  }
  for (const ClaimChange& c : entry.claims) {
    (c.op == ClaimOp::kCreate ? d.created : d.repaid) += c.principal.minor();
    d.yield += c.interest.minor();
  }
  for (const InstalmentPaid& i : entry.instalments) {
    d.principal += i.principal.minor();
    d.interest += i.interest.minor();
  }
  return d;
}

Refusal broken(const Project& project, std::string_view why) {
  return {RefusalCode::kLawProject, fmt::format("project={} {}", project.code, why)};
}

// A bid or a repayment is of a project; a new project has no money yet.
bool names_its_project(const Entry& entry) {
  const bool opens = !entry.projects.empty();
  if (opens && !(entry.moves.empty() && entry.claims.empty() && entry.instalments.empty())) {
    return false;
  }
  return std::all_of(entry.holds.begin(), entry.holds.end(), [&](const HoldChange& h) {
    const bool of_project = h.kind == HoldKind::kBid || h.kind == HoldKind::kRepayment;
    return of_project != h.project.is_none() && !(opens && of_project);
  });
}

// Only the project's borrower gets its loan, and only the borrower repays it.
bool is_between_its_parties(const State& state, const Project& project, const Entry& entry,
                            const ProjectDelta& d) {
  const auto is_borrower = [&](base::AccountId id) {
    return state.account(id).owner == project.borrower.value();
  };
  const bool lends = d.captured != 0;
  const bool repays = d.repayment != 0;
  return std::all_of(entry.postings.begin(), entry.postings.end(),
                     [&](const Posting& p) {
                       if (lends && (p.kind != PostingKind::kPrincipal || !is_borrower(p.credit))) {
                         return false;
                       }
                       return !repays ||
                              (is_borrower(p.debit) && (p.kind == PostingKind::kPrincipal ||
                                                        p.kind == PostingKind::kInterest));
                     }) &&
         std::all_of(entry.holds.begin(), entry.holds.end(), [&](const HoldChange& h) {
           return h.kind != HoldKind::kRepayment || is_borrower(h.account);
         });
}

// Fees are counted where they are taken, and given back only by the reversal of that.
bool fees_counted(const Project& project, const Entry& entry) {
  Int128 fees = project.fees;
  Int128 moved = 0;
  for (const FeeChange& f : entry.fees) {
    const bool take = f.op == FeeOp::kTake;
    const FlowCode flow = take ? FlowCode::kFee : FlowCode::kReversalApprove;
    if (f.amount.is_zero() || entry.flow != flow) return false;
    fees += take ? Int128{f.amount.minor()} : -Int128{f.amount.minor()};
    moved += f.amount.minor();
  }
  for (const Posting& p : entry.postings) {
    if (!entry.fees.empty()) moved -= p.amount.minor();
  }
  return fees >= 0 && moved == 0;
}

// What one holder gets and gives in an entry.
struct HolderDelta {
  Int128 bids_captured = 0;
  Int128 created = 0;
  Int128 principal_paid = 0;  // by postings
  Int128 interest_paid = 0;
  Int128 principal_noted = 0;  // by claim changes
  Int128 interest_noted = 0;
};

std::map<std::uint64_t, HolderDelta> holder_deltas(const State& state, const Entry& entry) {
  std::map<std::uint64_t, HolderDelta> holders;
  for (const ClaimChange& c : entry.claims) {
    HolderDelta& d = holders[c.holder.value()];
    if (c.op == ClaimOp::kCreate) {
      d.created += c.principal.minor();
    } else {
      d.principal_noted += c.principal.minor();
      d.interest_noted += c.interest.minor();
    }
  }
  for (const HoldChange& h : entry.holds) {
    if (h.kind == HoldKind::kBid && h.op == HoldOp::kCapture) {
      holders[state.account(h.account).owner].bids_captured += h.amount.minor();
    }
  }
  // Principal out of a bid makes a claim; principal or interest into an account repays one.
  const bool repays = std::any_of(entry.claims.begin(), entry.claims.end(),
                                  [](const ClaimChange& c) { return c.op == ClaimOp::kRepay; });
  for (const Posting& p : entry.postings) {
    if (!repays) break;
    HolderDelta& d = holders[state.account(p.credit).owner];
    if (p.kind == PostingKind::kPrincipal) d.principal_paid += p.amount.minor();
    if (p.kind == PostingKind::kInterest) d.interest_paid += p.amount.minor();
  }
  return holders;
}

}  // namespace

std::optional<Refusal> project_conserved(const State& state, const Entry& entry) {
  const auto id = only_project(entry);
  if (!id) return Refusal{RefusalCode::kLawProject, "the entry names two projects"};
  if (!names_its_project(entry)) {
    return Refusal{RefusalCode::kLawProject, "a hold does not fit its project"};
  }
  if (id->is_none() || !entry.projects.empty()) return std::nullopt;
  if (id->value() > state.project_count()) {
    return Refusal{RefusalCode::kLawProject, "the project does not exist"};
  }
  const Project& project = state.project(*id);
  if (!fees_counted(project, entry)) return broken(project, "its fees are counted wrongly");
  const ProjectDelta d = delta_of(entry);
  const Int128 target = project.target.minor();
  const Int128 frozen = project.frozen + d.bid - d.captured - d.released;
  const Int128 disbursed = project.disbursed + d.created;
  const Int128 repaid = project.repaid + d.repaid;
  if (frozen < 0 || frozen > target)
    return broken(project, "frozen money is not within its target");
  if (d.captured != d.created) return broken(project, "claims differ from the disbursed bids");
  if (disbursed != 0 && (disbursed != target || frozen != 0)) {
    return broken(project, "what is disbursed is not the target");
  }
  if (repaid > disbursed) return broken(project, "more principal is repaid than was lent");
  if (d.repaid != d.principal) return broken(project, "claims fall by another sum than is repaid");
  if (d.yield != d.interest) return broken(project, "claims note another interest than is paid");
  if (d.repayment != d.principal + d.interest) {
    return broken(project, "the repayment is not distributed whole");
  }
  if (!is_between_its_parties(state, project, entry, d)) {
    return broken(project, "money passes between others than lenders and borrower");
  }
  for (const ProjectMoved& move : entry.moves) {
    if (move.to == ProjectState::kSettled && repaid != disbursed) {
      return broken(project, "is settled with principal outstanding");
    }
    if (move.to == ProjectState::kMiscarried && frozen != 0) {
      return broken(project, "miscarries with money frozen");
    }
    if (move.to == ProjectState::kFull && frozen != target) {
      return broken(project, "is full without its target");
    }
  }
  return std::nullopt;
}

std::optional<Refusal> claims_conserved(const State& state, const Entry& entry) {
  if (entry.claims.empty()) {
    const bool captures_bid = std::any_of(
        entry.holds.begin(), entry.holds.end(),
        [](const HoldChange& h) { return h.kind == HoldKind::kBid && h.op == HoldOp::kCapture; });
    if (captures_bid) return Refusal{RefusalCode::kLawClaim, "a bid is disbursed without a claim"};
    return std::nullopt;
  }
  const base::ProjectId project = entry.claims.front().project;
  if (project.value() > state.project_count() || !state.claims_loaded(project)) {
    return Refusal{RefusalCode::kLawClaim, "claims of an unknown project"};
  }
  const auto& claims = state.claims(project);
  for (const auto& [holder, d] : holder_deltas(state, entry)) {
    const auto refuse = [&, h = holder](std::string_view why) {
      return Refusal{RefusalCode::kLawClaim,
                     fmt::format("holder={} {}", state.owner(base::ClientId(h)).code, why)};
    };
    if (holder == 0 || holder > state.owner_count()) {
      return Refusal{RefusalCode::kLawClaim, "a holder does not exist"};
    }
    const Owner& owner = state.owner(base::ClientId(holder));
    if (state.profile().kinds()[owner.kind].structural) return refuse("is the platform");
    if (d.bids_captured != d.created) return refuse("gets a claim that is not its bid");
    if (d.principal_paid != d.principal_noted || d.interest_paid != d.interest_noted) {
      return refuse("is paid another sum than its claim falls by");
    }
    if (d.principal_noted == 0 && d.interest_noted == 0) continue;
    const auto at =
        std::lower_bound(claims.begin(), claims.end(), base::ClientId(holder),
                         [](const Claim& c, base::ClientId wanted) { return c.holder < wanted; });
    if (at == claims.end() || at->holder != base::ClientId(holder)) return refuse("has no claim");
    if (at->principal - at->principal_paid < d.principal_noted) {
      return refuse("is repaid more than its claim");
    }
  }
  return std::nullopt;
}

}  // namespace ledger::domain::laws
