// State::apply: the fold of one entry. It checks that the entry fits the state it is applied to;
// whether the entry is lawful is laws.h.
#include <algorithm>

#include <fmt/format.h>

#include "ledger/domain/state.h"
#include "ledger/domain/state_impl.h"

namespace ledger::domain {
namespace {

using base::Fault;
using Done = base::Result<base::Ok, Fault>;

Done contradiction(const Entry& entry, std::string_view what) {
  return base::fail(base::corruption(
      fmt::format("entry {} contradicts the state: {}", entry.sequence.value(), what)));
}

void add_once(std::vector<base::AccountId>& list, base::AccountId id) {
  if (list.size() < 16 && std::find(list.begin(), list.end(), id) != list.end()) return;
  list.push_back(id);
}

void sort_once(std::vector<base::AccountId>& list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

// Adds to a counter; false, and nothing added, if it would overflow.
bool grow(std::int64_t& counter, std::int64_t by) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(counter, by, &sum)) return false;
  counter = sum;
  return true;
}

// Folds the sections of one entry. One object per entry keeps the arguments short.
class Fold {
 public:
  Fold(State::Impl& state, const Entry& entry, Touched& touched)
      : s_(state), e_(entry), touched_(touched) {}

  Done run() {
    if (e_.sequence != base::next(s_.sequence)) return contradiction(e_, "sequence has a gap");
    if (e_.sequence.value() > 1 && e_.time <= s_.time) return contradiction(e_, "time goes back");
    for (const auto& step : {&Fold::profiles, &Fold::owners, &Fold::projects, &Fold::postings,
                             &Fold::holds, &Fold::moves, &Fold::claims, &Fold::instalments,
                             &Fold::reversals, &Fold::cut_offs, &Fold::fees}) {
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
      s_.profile = *std::move(profile);
      s_.sums.resize(s_.profile->classes().size() * s_.profile->currencies().size());
      s_.business_date = e_.business_date;
    }
    if (!s_.profile) return contradiction(e_, "no profile was adopted");
    return base::ok;
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
          s_.contracts.contains(std::string(p.contract.view())) || p.borrower.value() < 1 ||
          p.borrower.value() > s_.owners.size()) {
        return contradiction(e_, "project " + p.code + " is out of order or opened twice");
      }
      Project project;
      project.id = p.id;
      project.code = p.code;
      project.borrower = p.borrower;
      project.target = p.target;
      project.contract = p.contract;
      project.instalments = p.instalments;
      const Project& stored = s_.projects.emplace_back(std::move(project));
      s_.project_by_code.emplace(stored.code, p.id.value());
      s_.contracts.emplace(p.contract.view());
      s_.claims.emplace(p.id.value(), std::vector<Claim>());
      touched_.projects.push_back(p.id);
    }
    return base::ok;
  }

  Done postings() {
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
                      change.instalment, change.amount.minor(), change.order, change.fee_rule});
    }
    if (change.kind == HoldKind::kRepayment) return set_repayment(change, change.id);
    if (change.kind != HoldKind::kBid) return base::ok;
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
      if (change.kind == HoldKind::kBid) ++closed_bids;
      if (change.kind == HoldKind::kRepayment) return set_repayment(change, base::HoldId());
    }
    if (change.kind == HoldKind::kBid) {
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

  // Bids keep the order of bidding; closing many at once is one pass.
  Done drop_closed_bids(std::size_t count) {
    if (count == 0) return base::ok;
    for (const HoldChange& change : e_.holds) {
      if (change.kind != HoldKind::kBid || s_.hold(change.id) != nullptr) continue;
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
      s_.edit_project(move.id).state = move.to;
      touch_project(move.id);
    }
    return base::ok;
  }

  Done claims() {
    base::ProjectId kept;
    for (const ClaimChange& change : e_.claims) {
      const auto at = s_.claims.find(change.project.value());
      if (!s_.project_exists(change.project) || at == s_.claims.end()) {
        return contradiction(e_, "claims of an unknown or unloaded project");
      }
      if (s_.undo && kept != change.project) {
        s_.undo->claim_images.emplace_back(change.project.value(), at->second);
        kept = change.project;
      }
      Project& project = s_.edit_project(change.project);
      if (!change_claim(at->second, change)) return contradiction(e_, "a claim does not fit");
      const std::int64_t principal = change.principal.minor();
      const bool creates = change.op == ClaimOp::kCreate;
      const std::int64_t delta = creates ? principal : -principal;
      Owner& borrower = s_.owners[project.borrower.value() - 1];
      if (s_.undo) {
        s_.undo->outstanding_images.emplace_back(project.borrower.value(), borrower.outstanding);
      }
      if (!grow(creates ? project.disbursed : project.repaid, principal) ||
          !grow(borrower.outstanding, delta)) {
        return contradiction(e_, "what a borrower owes overflows");
      }
      touched_.claims.emplace_back(change.project, change.holder);
      touch_project(change.project);
      if (touched_.owners.empty() || touched_.owners.back() != project.borrower) {
        touched_.owners.push_back(project.borrower);
      }
    }
    return base::ok;
  }

  static bool change_claim(std::vector<Claim>& claims, const ClaimChange& change) {
    const auto at =
        std::lower_bound(claims.begin(), claims.end(), change.holder,
                         [](const Claim& c, base::ClientId holder) { return c.holder < holder; });
    const bool exists = at != claims.end() && at->holder == change.holder;
    if (change.op == ClaimOp::kCreate) {
      if (exists) {
        return grow(at->principal, change.principal.minor());
      } else {
        claims.insert(at, Claim{change.holder, change.principal.minor(), 0, 0});
      }
      return true;
    }
    if (!exists || at->principal - at->principal_paid < change.principal.minor()) return false;
    return grow(at->principal_paid, change.principal.minor()) &&
           grow(at->interest_paid, change.interest.minor());
  }

  Done instalments() {
    for (const InstalmentPaid& paid : e_.instalments) {
      if (!s_.project_exists(paid.project)) return contradiction(e_, "instalment of no project");
      Project& project = s_.edit_project(paid.project);
      if (paid.instalment != project.instalments_paid + 1 ||
          paid.instalment > project.instalments.size()) {
        return contradiction(e_, "an instalment is paid out of order");
      }
      project.instalments_paid = paid.instalment;
      if (!grow(project.interest_paid, paid.interest.minor())) {
        return contradiction(e_, "a project's interest overflows");
      }
      touch_project(paid.project);
    }
    return base::ok;
  }

  Done reversals() {
    for (const ReversalStep& step : e_.reversals) {
      const auto at = s_.proposals.find(step.proposal);
      if (s_.undo) {
        s_.undo->proposal_images.emplace_back(
            step.proposal, at == s_.proposals.end() ? std::nullopt : std::optional(at->second));
      }
      if (step.op == ReversalOp::kProposed) {
        if (at != s_.proposals.end()) return contradiction(e_, "a proposal exists already");
        s_.proposals.emplace(step.proposal, Proposal{step.proposal, step.maker, step.target,
                                                     step.target_hash, ReversalOp::kProposed});
      } else {
        if (at == s_.proposals.end() || at->second.status != ReversalOp::kProposed) {
          return contradiction(e_, "a decided proposal is decided again");
        }
        at->second.status = step.op;
        if (step.op == ReversalOp::kApproved) {
          if (!s_.reversed.insert(step.target.value()).second) {
            return contradiction(e_, "an entry is reversed twice");
          }
          if (s_.undo) s_.undo->reversed.push_back(step.target.value());
        }
      }
      touched_.proposals.push_back(step.proposal);
    }
    return base::ok;
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

  void touch_project(base::ProjectId id) {
    if (touched_.projects.empty() || touched_.projects.back() != id)
      touched_.projects.push_back(id);
  }

  State::Impl& s_;
  const Entry& e_;
  Touched& touched_;
};

}  // namespace

base::Result<base::Ok, base::Fault> State::apply(const Entry& entry, Touched* touched) {
  Touched unwanted;
  Touched& out = touched == nullptr ? unwanted : *touched;
  out.clear();
  return Fold(*impl_, entry, out).run();
}

}  // namespace ledger::domain
