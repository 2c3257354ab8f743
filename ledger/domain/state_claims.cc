// The fold of claims: the memorandum book CLAIM, and what a borrower owes to whom.
#include <algorithm>

#include "ledger/domain/allocation.h"
#include "ledger/domain/state.h"
#include "ledger/domain/state_impl.h"

namespace ledger::domain {
namespace {

// One object per entry keeps the arguments short.
class ClaimFold {
 public:
  ClaimFold(State::Impl& state, const Entry& entry, Touched& touched)
      : s_(state), e_(entry), touched_(touched) {}

  Done run() {
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
      if (change.op == ClaimOp::kSell) take_carries(project, at->second);
      if (!change_claim(at->second, change)) return contradiction(e_, "a claim does not fit");
      if (!change_project(project, change)) {
        return contradiction(e_, "what a borrower owes overflows");
      }
      const bool of_compensator =
          change.op == ClaimOp::kSubrogate || change.op == ClaimOp::kRecover;
      if (!of_compensator) touched_.claims.emplace_back(change.project, change.holder);
      touch_project(touched_, change.project);
    }
    return weigh_anew();
  }

 private:
  // The project's sums follow the change of a claim.
  bool change_project(Project& project, const ClaimChange& change) {
    const std::int64_t principal = change.principal.minor();
    const std::int64_t interest = change.interest.minor();
    switch (change.op) {
      case ClaimOp::kCreate:
        return grow(project.disbursed, principal) && owe(project.borrower, principal);
      case ClaimOp::kRepay:
        return pay_lenders(project, principal, interest) && owe(project.borrower, -principal);
      case ClaimOp::kCompensate:
        return pay_lenders(project, principal, interest) && grow(project.compensated, principal);
      case ClaimOp::kRecover:
        return grow(project.recovered, principal) && owe(project.borrower, -principal) &&
               recover(project, change);
      case ClaimOp::kSubrogate:
        return subrogate(project, change);
      case ClaimOp::kSell:
      case ClaimOp::kBuy:
      case ClaimOp::kOffer:
      case ClaimOp::kUnoffer:
        return true;
    }
    return false;
  }

  static bool pay_lenders(Project& project, std::int64_t principal, std::int64_t interest) {
    return grow(project.repaid, principal) && grow(project.principal_since, principal) &&
           grow(project.interest_paid, interest) && grow(project.interest_since, interest);
  }

  bool owe(base::ClientId borrower, std::int64_t principal) {
    if (touched_.owners.empty() || touched_.owners.back() != borrower) {
      touched_.owners.push_back(borrower);
    }
    return grow(s_.edit_owner(borrower).outstanding, principal);
  }

  static bool subrogate(Project& project, const ClaimChange& change) {
    auto at = std::lower_bound(project.recoveries.begin(), project.recoveries.end(), change.holder,
                               [](const Recovery& r, base::ClientId h) { return r.holder < h; });
    if (at == project.recoveries.end() || at->holder != change.holder) {
      at = project.recoveries.insert(at, Recovery{change.holder});
    }
    return grow(at->principal, change.principal.minor()) &&
           grow(at->interest, change.interest.minor());
  }

  static bool recover(Project& project, const ClaimChange& change) {
    for (Recovery& r : project.recoveries) {
      if (r.holder != change.holder) continue;
      r.principal_recovered += change.principal.minor();
      r.interest_recovered += change.interest.minor();
      return r.open_principal() >= 0 && r.open_interest() >= 0;
    }
    return false;
  }

  // After a transfer the allocation starts anew from what each claim still has to get; the carries
  // were taken before the transfer changed the weights.
  Done weigh_anew() {
    if (!restarts_) return base::ok;
    const base::ProjectId id = e_.claims.front().project;
    std::vector<Claim>& claims = s_.claims.at(id.value());
    for (Claim& c : claims) {
      c.weight = c.outstanding();
      c.principal_since = 0;
      c.interest_since = 0;
      touched_.claims.emplace_back(id, c.holder);
    }
    hand_over(claims, &Claim::principal_carry);
    hand_over(claims, &Claim::interest_carry);
    Project& project = s_.edit_project(id);
    project.principal_since = 0;
    project.interest_since = 0;
    return base::ok;
  }

  // A claim that ends leaves its carry to the one that is furthest off the other way, the earlier
  // of two: so the carries go on adding up to nothing, which keeps every claim within one unit.
  static void hand_over(std::vector<Claim>& claims, std::int64_t Claim::*carry) {
    for (Claim& ended : claims) {
      if (ended.weight != 0 || ended.*carry == 0) continue;
      const std::int64_t lost = ended.*carry;
      ended.*carry = 0;
      Claim* heir = nullptr;
      for (Claim& c : claims) {
        if (c.weight == 0) continue;
        const bool further =
            heir == nullptr || (lost > 0 ? c.*carry < heir->*carry : c.*carry > heir->*carry);
        if (further) heir = &c;
      }
      if (heir != nullptr) heir->*carry += lost;
    }
  }

  void take_carries(const Project& project, std::vector<Claim>& claims) {
    if (restarts_) return;
    restarts_ = true;
    const auto principal = carries_after(project.principal_since, principal_shares(claims));
    const auto interest = carries_after(project.interest_since, interest_shares(claims));
    for (std::size_t i = 0; i < claims.size(); ++i) {
      claims[i].principal_carry = principal[i];
      claims[i].interest_carry = interest[i];
    }
  }

  static bool change_claim(std::vector<Claim>& claims, const ClaimChange& change) {
    const std::int64_t principal = change.principal.minor();
    const auto at =
        std::lower_bound(claims.begin(), claims.end(), change.holder,
                         [](const Claim& c, base::ClientId holder) { return c.holder < holder; });
    const bool exists = at != claims.end() && at->holder == change.holder;
    switch (change.op) {
      case ClaimOp::kCreate:
        if (exists) return grow(at->principal, principal) && grow(at->weight, principal);
        claims.insert(at, new_claim(change.holder, principal, principal));
        return true;
      case ClaimOp::kBuy:  // the weight follows, see weigh_anew()
        if (exists) return grow(at->principal, principal);
        claims.insert(at, new_claim(change.holder, principal, 0));
        return true;
      case ClaimOp::kRecover:
      case ClaimOp::kSubrogate:
        return true;
      case ClaimOp::kRepay:
      case ClaimOp::kCompensate:
        return exists && at->outstanding() >= principal && grow(at->principal_paid, principal) &&
               grow(at->principal_since, principal) &&
               grow(at->interest_paid, change.interest.minor()) &&
               grow(at->interest_since, change.interest.minor());
      case ClaimOp::kSell:
        if (!exists || at->outstanding() < principal) return false;
        at->principal -= principal;
        return true;
      case ClaimOp::kOffer:
        return exists && grow(at->reserved, principal);
      case ClaimOp::kUnoffer:
        if (!exists || at->reserved < principal) return false;
        at->reserved -= principal;
        return true;
    }
    return false;
  }

  static Claim new_claim(base::ClientId holder, std::int64_t principal, std::int64_t weight) {
    Claim claim;
    claim.holder = holder;
    claim.principal = principal;
    claim.weight = weight;
    return claim;
  }

  State::Impl& s_;
  const Entry& e_;
  Touched& touched_;
  bool restarts_ = false;  // the entry transfers a claim
};

}  // namespace

Done fold_claims(State::Impl& state, const Entry& entry, Touched& touched) {
  return ClaimFold(state, entry, touched).run();
}

}  // namespace ledger::domain
