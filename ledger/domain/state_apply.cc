// State::apply: the fold of one entry. It checks that the entry fits the state it is applied to;
// whether the entry is lawful is laws.h.
#include <algorithm>

#include <fmt/format.h>

#include "ledger/domain/profile_change.h"
#include "ledger/domain/state.h"
#include "ledger/domain/state_impl.h"

namespace ledger::domain {
namespace {

void add_once(std::vector<base::AccountId>& list, base::AccountId id) {
  if (list.size() < 16 && std::find(list.begin(), list.end(), id) != list.end()) return;
  list.push_back(id);
}

void sort_once(std::vector<base::AccountId>& list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

// Folds the sections of one entry. One object per entry keeps the arguments short.
class Fold {
 public:
  Fold(State::Impl& state, const Entry& entry, Touched& touched)
      : s_(state), e_(entry), touched_(touched) {}

  Done run() {
    if (e_.sequence != base::next(s_.sequence)) return contradiction(e_, "sequence has a gap");
    if (e_.sequence.value() > 1 && e_.time <= s_.time) return contradiction(e_, "time goes back");
    for (const auto& step :
         {&Fold::profiles, &Fold::owners, &Fold::projects, &Fold::postings, &Fold::holds,
          &Fold::moves, &Fold::claims, &Fold::instalments, &Fold::reversals, &Fold::cut_offs,
          &Fold::fees, &Fold::proposals, &Fold::voided, &Fold::overdue, &Fold::owner_changes,
          &Fold::switches}) {
      if (auto done = (this->*step)(); !done) return done;
    }
    sort_once(touched_.accounts);
    s_.sequence = e_.sequence;
    s_.time = e_.time;
    return base::ok;
  }

 private:
  Done profiles() {
    for (const ProfileAdopted& adopted : e_.profiles) {
      auto profile = Profile::parse(adopted.text);
      if (!profile) return contradiction(e_, profile.error().message);
      if (s_.profile) {
        if (const std::string why = unfit_successor(*s_.profile, *profile); !why.empty()) {
          return contradiction(e_, why);
        }
      }
      adopt(*std::move(profile));
      s_.business_date = e_.business_date;
    }
    if (!s_.profile) return contradiction(e_, "no profile was adopted");
    return base::ok;
  }

  // The sums are a table of currencies and classes: more classes make its rows longer.
  void adopt(Profile next) {
    const std::size_t columns = next.classes().size();
    std::vector<ClassSums> sums(columns * next.currencies().size());
    if (s_.profile) {
      const std::size_t before = s_.profile->classes().size();
      for (std::size_t i = 0; i < s_.sums.size(); ++i) {
        sums[i / before * columns + i % before] = s_.sums[i];
      }
      if (s_.undo && !s_.undo->profile) s_.undo->profile = std::move(s_.profile);
    }
    s_.sums = std::move(sums);
    s_.profile = std::move(next);
  }

  Done owners() {
    for (const OwnerOpened& o : e_.owners) {
      if (o.id.value() != s_.owners.size() + 1 ||
          o.first_account.value() != s_.accounts.size() + 1 || s_.owner_by_code.contains(o.code)) {
        return contradiction(e_, "owner " + o.code + " is out of order or opened twice");
      }
      const auto kind = s_.profile->kind_index(o.kind);
      const auto& currencies = s_.profile->currencies();
      const auto currency = std::find(currencies.begin(), currencies.end(), o.currency);
      if (!kind || currency == currencies.end() || !fits_kind(o, s_.profile->kinds()[*kind])) {
        return contradiction(e_, "owner " + o.code + " does not fit the profile");
      }
      open_accounts(o, *kind, static_cast<std::uint8_t>(currency - currencies.begin()));
    }
    return base::ok;
  }

  static bool fits_kind(const OwnerOpened& o, const OwnerKind& kind) {
    const std::size_t count = kind.accounts.size();
    if (o.account_count != count || o.classes.size() != count || o.account_names.size() != count) {
      return false;
    }
    for (std::size_t i = 0; i < count; ++i) {
      if (o.classes[i] != kind.accounts[i].account_class ||
          o.account_names[i] != kind.accounts[i].suffix) {
        return false;
      }
    }
    return true;
  }

  void open_accounts(const OwnerOpened& o, std::uint8_t kind, std::uint8_t currency) {
    Owner owner;
    owner.active_on = e_.business_date;
    owner.code = o.code;
    owner.first_account = o.first_account.value();
    owner.account_count = o.account_count;
    owner.flags = o.flags;
    owner.kind = kind;
    owner.currency = currency;
    const Owner& stored = s_.owners.push_back(std::move(owner));
    s_.owner_by_code.emplace(stored.code, o.id.value());
    const auto& kinds = s_.profile->kinds()[kind].accounts;
    for (std::uint16_t i = 0; i < o.account_count; ++i) {
      Account a;
      a.owner = o.id.value();
      a.class_index = s_.profile->class_index(kinds[i].account_class).value_or(0);
      a.currency_index = currency;
      a.position = i;
      s_.accounts.push_back(a);
      touched_.accounts.emplace_back(o.first_account.value() + i);
    }
    touched_.owners.push_back(o.id);
  }

  Done projects() {
    for (const ProjectOpened& p : e_.projects) {
      if (p.id.value() != s_.projects.size() + 1 || s_.project_by_code.contains(p.code) ||
          s_.contracts.contains(std::string(p.contract.view())) || !owner_exists(p.borrower) ||
          (!p.guarantor.is_none() && !owner_exists(p.guarantor))) {
        return contradiction(e_, "project " + p.code + " is out of order or opened twice");
      }
      Project project;
      project.id = p.id;
      project.code = p.code;
      project.borrower = p.borrower;
      project.target = p.target;
      project.contract = p.contract;
      project.instalments = p.instalments;
      project.guarantor = p.guarantor;
      project.payee = p.payee;
      const Project& stored = s_.projects.emplace_back(std::move(project));
      s_.project_by_code.emplace(stored.code, p.id.value());
      s_.contracts.emplace(p.contract.view());
      s_.claims.emplace(p.id.value(), std::vector<Claim>());
      touched_.projects.push_back(p.id);
    }
    return base::ok;
  }

  // By the client's word, its guarantor's or the bank's: not what others do to its money, nor what
  // a loan pays to whoever is owed it.
  static bool is_own_word(Authority authority) {
    switch (authority) {
      case Authority::kClient:
      case Authority::kStanding:
      case Authority::kGuarantor:
      case Authority::kBank:
        return true;
      case Authority::kNone:
      case Authority::kPlatform:
      case Authority::kCourt:
      case Authority::kOperators:
        return false;
    }
    return false;
  }

  void note_activity(const Account& account) {
    const base::ClientId id(account.owner);
    const Owner& owner = s_.owners[id.value() - 1];
    if (owner.active_on == e_.business_date || s_.profile->kinds()[owner.kind].structural) return;
    s_.edit_owner(id).active_on = e_.business_date;
    touched_.owners.push_back(id);
  }

  Done postings() {
    const bool own = !e_.postings.empty() && is_own_word(effective_authority(e_));
    for (const Posting& p : e_.postings) {
      if (!s_.account_exists(p.debit) || !s_.account_exists(p.credit)) {
        return contradiction(e_, "a posting names an account that does not exist");
      }
      Account& debit = s_.edit_account(p.debit);
      Account& credit = s_.edit_account(p.credit);
      if (!grow(debit.debits_posted, p.amount.minor()) ||
          !grow(credit.credits_posted, p.amount.minor())) {
        return contradiction(e_, "a posted counter overflows");
      }
      s_.sums_of(debit).debits += p.amount;
      s_.sums_of(credit).credits += p.amount;
      add_once(touched_.accounts, p.debit);
      add_once(touched_.accounts, p.credit);
      if (!own) continue;
      note_activity(debit);
      if (p.kind != PostingKind::kPrincipal && p.kind != PostingKind::kInterest) {
        note_activity(credit);
      }
    }
    return base::ok;
  }

  Done holds() {
    std::size_t closed_bids = 0;
    for (const HoldChange& change : e_.holds) {
      if (!s_.account_exists(change.account) || !s_.account_exists(change.beneficiary)) {
        return contradiction(e_, "a hold names an account that does not exist");
      }
      const bool opens = change.op == HoldOp::kOpen || change.op == HoldOp::kReopen;
      auto done = opens ? add_to_hold(change) : take_from_hold(change, closed_bids);
      if (!done) return done;
      if (!move_pending(change, opens ? change.amount.minor() : -change.amount.minor())) {
        return contradiction(e_, "a pending counter overflows");
      }
      touched_.holds.push_back(change.id);
    }
    return drop_closed_bids(closed_bids);
  }

  Done add_to_hold(const HoldChange& change) {
    s_.keep_hold_image(change.id);
    Hold* existing = s_.hold(change.id);
    if (change.op == HoldOp::kOpen) {
      if (existing != nullptr || change.id.value() != s_.next_hold) {
        return contradiction(e_, "a hold is opened out of order");
      }
      ++s_.next_hold;
    }
    if (existing != nullptr) {
      if (!grow(existing->remaining, change.amount.minor())) {
        return contradiction(e_, "a hold overflows");
      }
    } else {
      if (s_.hold_by_order.contains(OrderKey{change.order, change.kind})) {
        return contradiction(e_, "an order has two open holds of one kind");
      }
      s_.insert_hold({change.id, change.kind, change.account, change.beneficiary, change.project,
                      change.instalment, change.amount.minor(), change.order, change.fee_rule,
                      change.expires, change.principal.minor()});
    }
    if (change.kind == HoldKind::kRepayment) return set_repayment(change, change.id);
    if (change.kind == HoldKind::kEntrusted) return list_entrusted(change, true);
    if (!is_bid(change.kind)) return base::ok;
    if (!s_.project_exists(change.project)) return contradiction(e_, "a bid names no project");
    Project& project = s_.edit_project(change.project);
    if (!grow(project.frozen, change.amount.minor())) {
      return contradiction(e_, "a project's bids overflow");
    }
    if (existing == nullptr) {
      project.bids.insert(std::lower_bound(project.bids.begin(), project.bids.end(), change.id),
                          change.id);
    }
    touch_project(change.project);
    return base::ok;
  }

  Done take_from_hold(const HoldChange& change, std::size_t& closed_bids) {
    Hold* hold = s_.hold(change.id);
    if (hold == nullptr || hold->remaining < change.amount.minor() ||
        hold->account != change.account || hold->kind != change.kind ||
        hold->project != change.project) {
      return contradiction(e_, "a hold is not open or has less than is taken");
    }
    s_.keep_hold_image(change.id);
    hold->remaining -= change.amount.minor();
    if (hold->remaining == 0) {
      s_.erase_hold(change.id);
      if (is_bid(change.kind)) ++closed_bids;
      if (change.kind == HoldKind::kRepayment) return set_repayment(change, base::HoldId());
      if (change.kind == HoldKind::kEntrusted) return list_entrusted(change, false);
    }
    if (is_bid(change.kind)) {
      s_.edit_project(change.project).frozen -= change.amount.minor();
      touch_project(change.project);
    }
    return base::ok;
  }

  Done set_repayment(const HoldChange& change, base::HoldId id) {
    if (!s_.project_exists(change.project)) {
      return contradiction(e_, "a repayment names no project");
    }
    s_.edit_project(change.project).repayment = id;
    touch_project(change.project);
    return base::ok;
  }

  // Keeps the project's open restrictions for the payee in order.
  Done list_entrusted(const HoldChange& change, bool open) {
    if (!s_.project_exists(change.project)) {
      return contradiction(e_, "a restriction names no project");
    }
    auto& list = s_.edit_project(change.project).entrusted;
    const auto at = std::lower_bound(list.begin(), list.end(), change.id);
    const bool listed = at != list.end() && *at == change.id;
    if (open && !listed) list.insert(at, change.id);
    if (!open && listed) list.erase(at);
    touch_project(change.project);
    return base::ok;
  }

  // Bids keep the order of bidding; closing many at once is one pass.
  Done drop_closed_bids(std::size_t count) {
    if (count == 0) return base::ok;
    for (const HoldChange& change : e_.holds) {
      if (!is_bid(change.kind) || s_.hold(change.id) != nullptr) continue;
      auto& bids = s_.edit_project(change.project).bids;
      if (count > 1) {
        std::erase_if(bids, [this](base::HoldId id) { return s_.hold(id) == nullptr; });
        break;
      }
      const auto at = std::lower_bound(bids.begin(), bids.end(), change.id);
      if (at != bids.end() && *at == change.id) bids.erase(at);
    }
    return base::ok;
  }

  bool move_pending(const HoldChange& change, std::int64_t amount) {
    if (is_memo(change.kind)) return true;
    add_once(touched_.accounts, change.account);
    Account& account = s_.edit_account(change.account);
    if (change.kind != HoldKind::kDepositTransit) return grow(account.debits_pending, amount);
    add_once(touched_.accounts, change.beneficiary);
    return grow(account.credits_pending, amount) &&
           grow(s_.edit_account(change.beneficiary).credits_pending, amount);
  }

  Done moves() {
    for (const ProjectMoved& move : e_.moves) {
      if (!s_.project_exists(move.id)) return contradiction(e_, "an unknown project is moved");
      Project& project = s_.edit_project(move.id);
      if (move.to == ProjectState::kRepaying) project.lent_on = e_.business_date;
      project.state = move.to;
      touch_project(move.id);
    }
    return base::ok;
  }

  Done claims() { return fold_claims(s_, e_, touched_); }

  // Payments add up; the instalment is paid when both parts reach what is due.
  Done instalments() {
    for (const InstalmentPaid& paid : e_.instalments) {
      if (!s_.project_exists(paid.project)) return contradiction(e_, "instalment of no project");
      Project& project = s_.edit_project(paid.project);
      if (paid.instalment != project.instalments_paid + 1 ||
          paid.instalment > project.instalments.size()) {
        return contradiction(e_, "an instalment is paid out of order");
      }
      const Instalment& due = project.instalments[paid.instalment - 1];
      if (!grow(project.part_principal, paid.principal.minor()) ||
          !grow(project.part_interest, paid.interest.minor()) ||
          project.part_principal > due.principal.minor() ||
          project.part_interest > due.interest.minor()) {
        return contradiction(e_, "more is paid of an instalment than is due");
      }
      if (project.part_principal == due.principal.minor() &&
          project.part_interest == due.interest.minor()) {
        project.instalments_paid = paid.instalment;
        project.part_principal = 0;
        project.part_interest = 0;
        project.overdue_since = base::Date();
      }
      touch_project(paid.project);
    }
    return base::ok;
  }

  Done reversals() {
    for (const ReversalStep& step : e_.reversals) {
      const bool fresh = step.op == ReversalOp::kProposed || step.op == ReversalOp::kReturned ||
                         !e_.proposals.empty();
      Proposal next;
      if (fresh) {
        next.id = step.proposal;
        next.maker = step.maker;
        next.target = step.target;
        next.target_hash = step.target_hash;
      }
      const ProposalOp status = step.op == ReversalOp::kReturned ? ProposalOp::kApproved
                                                                 : static_cast<ProposalOp>(step.op);
      if (auto done = set_proposal(step.proposal, fresh, std::move(next), status); !done) {
        return done;
      }
      if (status != ProposalOp::kApproved) continue;
      if (!s_.reversed.insert(step.target.value()).second) {
        return contradiction(e_, "an entry is reversed twice");
      }
      if (s_.undo) s_.undo->reversed.push_back(step.target.value());
    }
    return base::ok;
  }

  Done proposals() {
    for (const ProposalStep& step : e_.proposals) {
      const bool fresh = step.op == ProposalOp::kProposed;
      Proposal next;
      if (fresh) {
        next.id = step.proposal;
        next.maker = step.maker;
        next.flow = step.flow;
        next.expires = step.expires;
        next.body = step.body;
      }
      if (auto done = set_proposal(step.proposal, fresh, std::move(next), step.op); !done) {
        return done;
      }
    }
    return base::ok;
  }

  // A fresh proposal is new; another step decides an open one.
  Done set_proposal(const std::string& id, bool fresh, Proposal next, ProposalOp status) {
    const auto at = s_.proposals.find(id);
    const bool exists = at != s_.proposals.end();
    if (s_.undo) {
      s_.undo->proposal_images.emplace_back(id, exists ? std::optional(at->second) : std::nullopt);
    }
    if (fresh && exists) return contradiction(e_, "a proposal exists already");
    if (!fresh && (!exists || at->second.status != ProposalOp::kProposed)) {
      return contradiction(e_, "a decided proposal is decided again");
    }
    Proposal& stored = fresh ? s_.proposals.emplace(id, std::move(next)).first->second : at->second;
    stored.status = status;
    touched_.proposals.push_back(id);
    return base::ok;
  }

  Done voided() {
    for (const ScheduleVoided& v : e_.voided) {
      if (!s_.project_exists(v.project)) return contradiction(e_, "a schedule of no project");
      Project& project = s_.edit_project(v.project);
      if (project.voided_from != 0 || v.from != project.instalments_paid + 1) {
        return contradiction(e_, "a schedule is ended out of order");
      }
      project.voided_from = v.from;
      project.part_principal = 0;
      project.part_interest = 0;
      project.overdue_since = base::Date();
      touch_project(v.project);
    }
    return base::ok;
  }

  Done overdue() {
    for (const OverdueMark& mark : e_.overdue) {
      if (!s_.project_exists(mark.project)) return contradiction(e_, "a mark on no project");
      Project& project = s_.edit_project(mark.project);
      if (mark.instalment != project.instalments_paid + 1 || !project.overdue_since.is_none()) {
        return contradiction(e_, "an instalment is marked overdue out of order");
      }
      project.overdue_since = mark.due;
      ++project.overdue_marks;
      touch_project(mark.project);
    }
    return base::ok;
  }

  Done owner_changes() {
    for (const OwnerChanged& change : e_.owner_changes) {
      if (!owner_exists(change.id)) return contradiction(e_, "an unknown owner is changed");
      Owner& owner = s_.edit_owner(change.id);
      const bool woke = owner.has(OwnerFlag::kDormant);
      owner.flags = change.flags;
      if (woke && !owner.has(OwnerFlag::kDormant)) owner.active_on = e_.business_date;
      owner.elsewhere = change.elsewhere.minor();
      touched_.owners.push_back(change.id);
    }
    return base::ok;
  }

  Done switches() {
    for (const Switch& change : e_.switches) {
      const auto bit = static_cast<std::uint8_t>(1U << (static_cast<unsigned>(change.what) - 1));
      if (((s_.switches & bit) != 0) == change.on) {
        return contradiction(e_, "a switch is turned to where it is");
      }
      s_.switches ^= bit;
    }
    return base::ok;
  }

  bool owner_exists(base::ClientId id) const {
    return id.value() >= 1 && id.value() <= s_.owners.size();
  }
  static bool is_bid(HoldKind kind) {
    return kind == HoldKind::kBid || kind == HoldKind::kRedPacket;
  }

  Done cut_offs() {
    for (const CutOff& cut : e_.cut_offs) {
      if (cut.closed != s_.business_date || cut.opened <= cut.closed) {
        return contradiction(e_, "a cut-off does not close the business date");
      }
      s_.business_date = cut.opened;
    }
    return base::ok;
  }

  Done fees() {
    for (const FeeChange& change : e_.fees) {
      if (!s_.project_exists(change.project)) return contradiction(e_, "a fee of no project");
      Project& project = s_.edit_project(change.project);
      const std::int64_t amount = change.amount.minor();
      const std::int64_t delta = change.op == FeeOp::kTake ? amount : -amount;
      std::int64_t fees = 0;
      if (__builtin_add_overflow(project.fees, delta, &fees) || fees < 0) {
        return contradiction(e_, "a project's fees are out of range");
      }
      project.fees = fees;
      touch_project(change.project);
    }
    return base::ok;
  }

  void touch_project(base::ProjectId id) { domain::touch_project(touched_, id); }

  State::Impl& s_;
  const Entry& e_;
  Touched& touched_;
};

}  // namespace

Done contradiction(const Entry& entry, std::string_view what) {
  return base::fail(base::corruption(
      fmt::format("entry {} contradicts the state: {}", entry.sequence.value(), what)));
}

base::Result<base::Ok, base::Fault> State::apply(const Entry& entry, Touched* touched) {
  Touched unwanted;
  Touched& out = touched == nullptr ? unwanted : *touched;
  out.clear();
  return Fold(*impl_, entry, out).run();
}

}  // namespace ledger::domain
