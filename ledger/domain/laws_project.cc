// The law of a project's money; that of the single claims is in laws_claims.cc, the others in
// laws.cc.
#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "ledger/domain/laws.h"
#include "ledger/domain/schedule.h"

namespace ledger::domain::laws {
namespace {

using base::Int128;
using base::ProjectId;

// Why a law is broken; empty if it holds.
using Why = std::string_view;

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
  for (const ScheduleVoided& v : entry.voided) see(v.project);
  for (const OverdueMark& m : entry.overdue) see(m.project);
  if (several) return std::nullopt;
  return only;
}

struct Sum {
  Int128 principal = 0;
  Int128 interest = 0;
  std::size_t count = 0;
  base::ClientId holder;  // the last one's

  Int128 total() const { return principal + interest; }
  void add(base::Amount p, base::Amount i) {
    principal += p.minor();
    interest += i.minor();
    ++count;
  }
};

// What the entry does to its project.
struct ProjectDelta {
  Int128 bid = 0;                              // opened or reopened bids and red packets
  Int128 captured = 0;                         // of them, turned into a loan
  Int128 released = 0;                         // of them, given back
  Int128 repayment = 0;                        // captured repayment holds
  const HoldChange* repayment_hold = nullptr;  // the captured one
  const HoldChange* purchase = nullptr;        // the claim purchase that changes
  std::size_t purchases = 0;
  Int128 entrusted = 0;        // restrictions for the payee, added less taken
  Int128 on_its_way = 0;       // money out to the payee, added less given back
  std::array<Sum, 10> claims;  // by ClaimOp
  Sum paid;                    // instalments
  Sum voided;

  const Sum& of(ClaimOp op) const { return claims[static_cast<std::size_t>(op)]; }
  Int128 to_lenders() const {
    return of(ClaimOp::kRepay).total() + of(ClaimOp::kCompensate).total();
  }
};

bool adds(HoldOp op) { return op == HoldOp::kOpen || op == HoldOp::kReopen; }

void note(ProjectDelta& d, const HoldChange& h) {
  const Int128 amount = h.amount.minor();
  if (h.kind == HoldKind::kBid || h.kind == HoldKind::kRedPacket) {
    (adds(h.op) ? d.bid : h.op == HoldOp::kCapture ? d.captured : d.released) += amount;
  } else if (h.kind == HoldKind::kRepayment && h.op == HoldOp::kCapture) {
    d.repayment += amount;
    d.repayment_hold = &h;
  } else if (h.kind == HoldKind::kClaimPurchase) {
    d.purchase = &h;
    ++d.purchases;
  } else if (h.kind == HoldKind::kEntrusted) {
    d.entrusted += adds(h.op) ? amount : -amount;
  } else if (!h.project.is_none() && h.op != HoldOp::kCapture &&
             (h.kind == HoldKind::kWithdrawTransit || h.kind == HoldKind::kWithdrawUnknown)) {
    d.on_its_way += adds(h.op) ? amount : -amount;
  }
}

ProjectDelta delta_of(const Entry& entry) {
  ProjectDelta d;
  for (const HoldChange& h : entry.holds) note(d, h);
  for (const ClaimChange& c : entry.claims) {
    Sum& sum = d.claims[static_cast<std::size_t>(c.op)];
    sum.add(c.principal, c.interest);
    sum.holder = c.holder;
  }
  for (const InstalmentPaid& i : entry.instalments) d.paid.add(i.principal, i.interest);
  for (const ScheduleVoided& v : entry.voided) d.voided.add(v.principal, v.interest);
  return d;
}

bool is_reversal(const Entry& entry) { return effective_flow(entry) == FlowCode::kReversalApprove; }

// Which holds are of a project: some must be, some may be.
bool names_its_project(const HoldChange& h) {
  switch (h.kind) {
    case HoldKind::kBid:
    case HoldKind::kRepayment:
    case HoldKind::kRedPacket:
    case HoldKind::kEntrusted:
    case HoldKind::kClaimPurchase:
      return !h.project.is_none();
    case HoldKind::kWithdrawTransit:
    case HoldKind::kWithdrawUnknown:
    case HoldKind::kEscrow:
    case HoldKind::kDisputed:
      return true;
    case HoldKind::kWithdrawal:
    case HoldKind::kDepositTransit:
    case HoldKind::kFee:
    case HoldKind::kDepositRequested:
    case HoldKind::kDepositUnsettled:
    case HoldKind::kReceipt:
    case HoldKind::kWithdrawReview:
    case HoldKind::kJudicial:
    case HoldKind::kJudicialWaiting:
    case HoldKind::kSweep:
    case HoldKind::kInterest:
      return h.project.is_none();
  }
  return false;
}

// A new project has no money yet, and a schedule of its target that can be allocated.
Why opening(const State& state, const Entry& entry) {
  if (!(entry.moves.empty() && entry.claims.empty() && entry.instalments.empty() &&
        entry.voided.empty() && entry.overdue.empty() && entry.fees.empty())) {
    return "a hold does not fit its project";
  }
  for (const HoldChange& h : entry.holds) {
    if (!h.project.is_none()) return "a hold does not fit its project";
  }
  for (const ProjectOpened& p : entry.projects) {
    base::Total principal;
    base::Date last;
    for (const Instalment& i : p.instalments) {
      if (i.due <= last) return "a schedule does not ascend";
      principal += i.principal;
      last = i.due;
    }
    if (principal != base::Total(p.target) || !is_allocatable(p.instalments)) {
      return "a schedule is not of the project's target";
    }
    if (p.guarantor.is_none()) continue;
    if (p.guarantor.value() > state.owner_count() || p.guarantor == p.borrower ||
        state.profile().kinds()[state.owner(p.guarantor).kind].structural) {
      return "a guarantor is not a client";
    }
  }
  return {};
}

// Fees are counted where they are taken, and given back only by the reversal of that.
Why fees(const Project& project, const Entry& entry) {
  Int128 fees = project.fees;
  Int128 moved = 0;
  for (const FeeChange& f : entry.fees) {
    const bool take = f.op == FeeOp::kTake;
    const bool fits = take ? effective_flow(entry) == FlowCode::kFee : is_reversal(entry);
    if (f.amount.is_zero() || !fits) return "its fees are counted wrongly";
    fees += take ? Int128{f.amount.minor()} : -Int128{f.amount.minor()};
    moved += f.amount.minor();
  }
  for (const Posting& p : entry.postings) {
    if (!entry.fees.empty()) moved -= p.amount.minor();
  }
  return fees >= 0 && moved == 0 ? Why() : "its fees are counted wrongly";
}

// From bids to the loan.
Why lending(const State& state, const Project& project, const Entry& entry, const ProjectDelta& d) {
  const Int128 target = project.target.minor();
  const Int128 frozen = project.frozen + d.bid - d.captured - d.released;
  const Int128 disbursed = project.disbursed + d.of(ClaimOp::kCreate).principal;
  if (frozen < 0 || frozen > target) return "frozen money is not within its target";
  if (d.captured != d.of(ClaimOp::kCreate).principal)
    return "claims differ from the disbursed bids";
  if (disbursed != 0 && (disbursed != target || frozen != 0)) {
    return "what is disbursed is not the target";
  }
  if (d.of(ClaimOp::kCreate).interest != 0) return "claims note another interest than is paid";
  if (is_reversal(entry)) return {};
  // What the bank sends back after it was paid is restricted again.
  const bool returned =
      std::any_of(entry.reversals.begin(), entry.reversals.end(),
                  [](const ReversalStep& step) { return step.op == ReversalOp::kReturned; });
  if (returned && d.entrusted >= 0 && d.on_its_way == 0) return {};
  // For the payee: what is lent is restricted, what is restricted leaves only to it.
  const Int128 lent_for_payee = project.payee.empty() ? Int128{0} : d.captured;
  if (d.entrusted + d.on_its_way != lent_for_payee) return "money for the payee goes elsewhere";
  for (const HoldChange& h : entry.holds) {
    if (h.kind == HoldKind::kEntrusted &&
        state.account(h.account).owner != project.borrower.value()) {
      return "money for the payee goes elsewhere";
    }
  }
  return {};
}

// What the platform adds to a bid comes after it, is the bidder's, and goes back with it.
Why red_packets(const State& state, const Entry& entry) {
  std::set<std::string_view> released;
  for (const HoldChange& h : entry.holds) {
    if (h.kind != HoldKind::kRedPacket) continue;
    const Hold* bid = state.find_hold(h.order, HoldKind::kBid);
    if (bid == nullptr || bid->project != h.project || bid->beneficiary != h.beneficiary) {
      return "a red packet is not of an open bid";
    }
    if (h.op == HoldOp::kRelease) released.insert(h.order);
  }
  for (const HoldChange& h : entry.holds) {
    if (h.kind != HoldKind::kBid || h.op != HoldOp::kRelease || released.contains(h.order))
      continue;
    if (state.find_hold(h.order, HoldKind::kRedPacket) != nullptr) {
      return "a red packet stays without its bid";
    }
  }
  return {};
}

// What is unpaid of the next instalment.
Sum unpaid_of(const Project& project) {
  Sum unpaid;
  if (project.voided_from != 0 || project.instalments_paid >= project.instalments.size()) {
    return unpaid;
  }
  const Instalment& next = project.instalments[project.instalments_paid];
  unpaid.principal = next.principal.minor() - project.part_principal;
  unpaid.interest = next.interest.minor() - project.part_interest;
  return unpaid;
}

// Of a payment to the lenders: the next instalment's, within what is due, interest first; or all
// that is outstanding.
Why paying(const Project& project, const Entry& entry, const ProjectDelta& d) {
  const Sum& repaid = d.of(ClaimOp::kRepay);
  const Sum& compensated = d.of(ClaimOp::kCompensate);
  const Int128 principal = repaid.principal + compensated.principal;
  if (project.repaid + principal > project.disbursed + d.of(ClaimOp::kCreate).principal) {
    return "more principal is repaid than was lent";
  }
  if (principal != d.paid.principal + d.voided.principal) {
    return "claims fall by another sum than is repaid";
  }
  if (repaid.interest + compensated.interest != d.paid.interest + d.voided.interest) {
    return "claims note another interest than is paid";
  }
  if (repaid.count != 0 && compensated.count != 0) return "two pay in one entry";
  if ((d.repayment != 0 || repaid.count != 0) && d.repayment != d.to_lenders()) {
    return "the repayment is not distributed whole";
  }
  const std::uint32_t next = project.instalments_paid + 1;
  const std::uint32_t meant = d.repayment_hold == nullptr ? next : d.repayment_hold->instalment;
  if (d.paid.count + d.voided.count > 1 || (d.voided.count == 1) != (meant == 0)) {
    return "another instalment is paid than was meant";
  }
  if (d.voided.count == 1) {
    const bool whole = d.voided.principal == project.owed_to_lenders();
    return whole && project.voided_from == 0 && entry.voided[0].from == next &&
                   compensated.count == 0
               ? Why()
               : "an early repayment is not of all that is outstanding";
  }
  if (d.paid.count == 0) return {};
  if (entry.instalments[0].instalment != next || meant != next) {
    return "another instalment is paid than was meant";
  }
  const Sum unpaid = unpaid_of(project);
  if (d.paid.principal > unpaid.principal || d.paid.interest > unpaid.interest) {
    return "more is paid than is due";
  }
  return d.paid.principal == 0 || d.paid.interest == unpaid.interest
             ? Why()
             : "principal is paid before interest";
}

// Interest of instalments due by the day and not paid.
Int128 interest_due(const Project& project, base::Date day) {
  Int128 interest = -Int128{project.part_interest};
  for (std::size_t k = project.instalments_paid; k < project.instalments.size(); ++k) {
    if (project.instalments[k].due <= day) interest += project.instalments[k].interest.minor();
  }
  return std::max<Int128>(interest, 0);
}

bool is_reserve(const State& state, base::ClientId id) { return state.find_owner("reserve") == id; }

// A frozen repayment is the borrower's own, or the guarantor's of an overdue project; it is within
// what is due, and alone.
Why freezing(const State& state, const Project& project, const Entry& entry) {
  for (const HoldChange& h : entry.holds) {
    if (h.kind != HoldKind::kRepayment) continue;
    if (state.account(h.account).owner != project.borrower.value()) {
      return "money passes between others than lenders and borrower";
    }
    if (!adds(h.op)) continue;
    const base::ClientId payer(state.account(h.beneficiary).owner);
    const bool own = payer == project.borrower;
    if (!own && (payer != project.guarantor || project.overdue_since.is_none())) {
      return "is compensated by another than its guarantor, or before it is overdue";
    }
    for (const Posting& p : entry.postings) {
      if (h.op == HoldOp::kOpen && state.account(p.debit).owner != payer.value()) {
        return "money passes between others than lenders and borrower";
      }
    }
    if (!project.repayment.is_none() || project.state != ProjectState::kRepaying) {
      return "is repaid twice at once";
    }
    const Int128 amount = h.amount.minor();
    const Int128 all = project.owed_to_lenders() + interest_due(project, entry.business_date);
    if (h.instalment == 0
            ? !own || amount < all
            : h.instalment != project.instalments_paid + 1 || amount > unpaid_of(project).total()) {
      return "another amount is frozen than is due";
    }
  }
  return {};
}

// A third party pays only the lenders of an overdue project, and may recover just what it paid.
Why compensating(const State& state, const Project& project, const ProjectDelta& d) {
  const Sum& paid = d.of(ClaimOp::kCompensate);
  const Sum& owed = d.of(ClaimOp::kSubrogate);
  if (paid.count == 0 && owed.count == 0) return {};
  if (owed.count != 1 || paid.principal != owed.principal || paid.interest != owed.interest) {
    return "what is compensated is not what may be recovered";
  }
  if (project.overdue_since.is_none()) return "is compensated without being overdue";
  const bool entitled = owed.holder == project.guarantor || is_reserve(state, owed.holder);
  if (!entitled || owed.holder.is_none()) return "is compensated by a stranger";
  if (d.repayment_hold != nullptr &&
      state.account(d.repayment_hold->beneficiary).owner != owed.holder.value()) {
    return "is compensated by a stranger";
  }
  return {};
}

// The borrower pays a compensator what it paid, interest first.
Why recovering(const State& state, const Project& project, const Entry& entry,
               const ProjectDelta& d) {
  const Sum& back = d.of(ClaimOp::kRecover);
  if (back.count == 0) return {};
  if (entry.claims.size() != 1) return "a recovery is not alone";
  const Recovery* recovery = project.recovery_of(back.holder);
  if (recovery == nullptr || back.principal > recovery->open_principal() ||
      back.interest > recovery->open_interest()) {
    return "more is recovered than was compensated";
  }
  if (back.principal != 0 && back.interest != recovery->open_interest()) {
    return "principal is paid before interest";
  }
  Sum paid;
  for (const Posting& p : entry.postings) {
    if (state.account(p.debit).owner != project.borrower.value() ||
        state.account(p.credit).owner != back.holder.value()) {
      return "money passes between others than borrower and compensator";
    }
    if (p.kind == PostingKind::kPrincipal) paid.principal += p.amount.minor();
    if (p.kind == PostingKind::kInterest) paid.interest += p.amount.minor();
  }
  return paid.principal == back.principal && paid.interest == back.interest
             ? Why()
             : "a recovery is paid another sum than it falls by";
}

// A part of a claim is set aside with the price, and changes hands against it.
Why transferring(const State& state, const Project& project, const Entry& entry,
                 const ProjectDelta& d) {
  const Sum& sold = d.of(ClaimOp::kSell);
  const Sum& bought = d.of(ClaimOp::kBuy);
  const Sum& offered = d.of(ClaimOp::kOffer);
  const Sum& unoffered = d.of(ClaimOp::kUnoffer);
  if (d.purchases > 1 || sold.count > 1 || sold.count != bought.count ||
      sold.total() != bought.total() ||
      sold.interest + bought.interest + offered.interest + unoffered.interest != 0) {
    return "what is sold is not what is bought";
  }
  Int128 opened = 0, captured = 0, closed = 0;
  if (d.purchase != nullptr) {
    const HoldChange& h = *d.purchase;
    const Int128 principal = h.principal.minor();
    const Hold* open = state.find_hold(h.id);
    (adds(h.op) ? opened : closed) += principal;
    if (h.op == HoldOp::kCapture) captured += principal;
    if (!adds(h.op) && (open == nullptr || open->remaining != h.amount.minor())) {
      return "a claim is paid in part";
    }
    const base::ClientId buyer(state.account(h.account).owner);
    const base::ClientId seller(state.account(h.beneficiary).owner);
    const auto is = [](const Sum& sum, base::ClientId who) {
      return sum.count == 0 || sum.holder == who;
    };
    if (buyer == seller || !is(sold, seller) || !is(offered, seller) || !is(unoffered, seller) ||
        !is(bought, buyer)) {
      return "a claim passes between others than seller and buyer";
    }
    Int128 price = 0;
    for (const Posting& p : entry.postings) {
      if (p.debit == h.account && p.credit == h.beneficiary) price += p.amount.minor();
    }
    if (h.op == HoldOp::kCapture && price != h.amount.minor()) {
      return "a claim changes hands without its price";
    }
  }
  if (sold.principal != captured) return "a claim changes hands without its price";
  if (offered.principal != opened || unoffered.principal != closed) {
    return "a claim is set aside by another sum than is offered";
  }
  const bool live = project.state == ProjectState::kRepaying;
  return live || offered.count + sold.count == 0 ? Why() : "a claim is sold that nobody owes";
}

// Only the project's borrower gets its loan, only the borrower or the compensator pays its lenders.
Why parties(const State& state, const Project& project, const Entry& entry, const ProjectDelta& d) {
  const bool lends = d.captured != 0;
  const bool pays = d.repayment != 0 || d.to_lenders() != 0;
  const base::ClientId payer =
      d.repayment != 0 ? project.borrower : d.of(ClaimOp::kSubrogate).holder;
  for (const Posting& p : entry.postings) {
    const bool principal = p.kind == PostingKind::kPrincipal;
    if (lends && (!principal || state.account(p.credit).owner != project.borrower.value())) {
      return "money passes between others than lenders and borrower";
    }
    if (pays && (state.account(p.debit).owner != payer.value() ||
                 !(principal || p.kind == PostingKind::kInterest))) {
      return "money passes between others than lenders and borrower";
    }
  }
  return {};
}

Why marking(const Project& project, const Entry& entry) {
  for (const OverdueMark& m : entry.overdue) {
    const bool next = m.instalment == project.instalments_paid + 1 &&
                      m.instalment <= project.instalments.size() && project.voided_from == 0;
    if (!next || project.state != ProjectState::kRepaying || !project.overdue_since.is_none() ||
        entry.overdue.size() > 1) {
      return "is marked overdue on another instalment than the next";
    }
    const base::Date due = project.instalments[m.instalment - 1].due;
    if (m.due != due || due >= entry.business_date ||
        m.days != entry.business_date.days() - due.days()) {
      return "is marked overdue on the wrong day";
    }
  }
  return {};
}

bool may_follow(ProjectState from, ProjectState to) {
  using S = ProjectState;
  switch (to) {
    case S::kCollecting:
      return from == S::kFull;
    case S::kFull:
      return from == S::kCollecting;
    case S::kRepaying:
      return from == S::kFull;
    case S::kSettled:
      return from == S::kRepaying || from == S::kDefaulted;
    case S::kFailing:
    case S::kMiscarried:
      return from == S::kCollecting || from == S::kFull || from == S::kFailing;
    case S::kDefaulted:
      return from == S::kRepaying;
  }
  return false;
}

// Where a lent project is once the entry's payments are made.
ProjectState state_after(const Project& project, const ProjectDelta& d) {
  const Sum unpaid = unpaid_of(project);
  const bool last = project.instalments_paid + 1 >= project.instalments.size();
  const bool paid_up =
      project.voided_from != 0 || d.voided.count != 0 ||
      (last && unpaid.principal == d.paid.principal && unpaid.interest == d.paid.interest);
  if (!paid_up) return ProjectState::kRepaying;
  Int128 owed = d.of(ClaimOp::kSubrogate).total() - d.of(ClaimOp::kRecover).total();
  for (const Recovery& r : project.recoveries) {
    owed += Int128{r.open_principal()} + r.open_interest();
  }
  return owed == 0 ? ProjectState::kSettled : ProjectState::kDefaulted;
}

Why moving(const Project& project, const Entry& entry, const ProjectDelta& d) {
  const Int128 frozen = project.frozen + d.bid - d.captured - d.released;
  const Int128 repaid =
      project.repaid + d.of(ClaimOp::kRepay).principal + d.of(ClaimOp::kCompensate).principal;
  ProjectState state = project.state;
  for (const ProjectMoved& move : entry.moves) {
    if (move.to == ProjectState::kSettled && repaid != project.disbursed) {
      return "is settled with principal outstanding";
    }
    if (move.to == ProjectState::kMiscarried && frozen != 0) return "miscarries with money frozen";
    if (move.to == ProjectState::kFull && frozen != project.target.minor()) {
      return "is full without its target";
    }
    if (entry.moves.size() > 1 || !may_follow(state, move.to) ||
        (move.to == ProjectState::kRepaying) != (d.captured != 0)) {
      return "moves to a state that cannot follow";
    }
    state = move.to;
  }
  if (d.captured != 0 && entry.moves.empty()) return "moves to a state that cannot follow";
  const bool lent =
      project.state == ProjectState::kRepaying || project.state == ProjectState::kDefaulted;
  return !lent || state == state_after(project, d)
             ? Why()
             : "is not in the state to which its payments bring it";
}

Why project_law(const State& state, const Project& project, const Entry& entry) {
  const ProjectDelta d = delta_of(entry);
  if (Why why = fees(project, entry); !why.empty()) return why;
  if (Why why = lending(state, project, entry, d); !why.empty()) return why;
  if (Why why = red_packets(state, entry); !why.empty()) return why;
  if (Why why = paying(project, entry, d); !why.empty()) return why;
  if (Why why = freezing(state, project, entry); !why.empty()) return why;
  if (Why why = compensating(state, project, d); !why.empty()) return why;
  if (Why why = recovering(state, project, entry, d); !why.empty()) return why;
  if (Why why = transferring(state, project, entry, d); !why.empty()) return why;
  if (Why why = parties(state, project, entry, d); !why.empty()) return why;
  if (Why why = marking(project, entry); !why.empty()) return why;
  return moving(project, entry, d);
}

}  // namespace

std::optional<Refusal> project_conserved(const State& state, const Entry& entry) {
  const auto broken = [](std::string detail) {
    return Refusal{RefusalCode::kLawProject, std::move(detail)};
  };
  const auto id = only_project(entry);
  if (!id) return broken("the entry names two projects");
  if (!std::all_of(entry.holds.begin(), entry.holds.end(), names_its_project)) {
    return broken("a hold does not fit its project");
  }
  if (!entry.projects.empty()) {
    const Why why = opening(state, entry);
    return why.empty() ? std::nullopt : std::optional(broken(std::string(why)));
  }
  if (id->is_none()) return std::nullopt;
  if (id->value() > state.project_count()) return broken("the project does not exist");
  const Project& project = state.project(*id);
  const Why why = project_law(state, project, entry);
  if (why.empty()) return std::nullopt;
  return broken(fmt::format("project={} {}", project.code, why));
}

}  // namespace ledger::domain::laws
