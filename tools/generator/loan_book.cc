#include "tools/generator/loan_book.h"

#include <algorithm>
#include <iterator>

namespace tools::generator {

namespace domain = ledger::domain;
namespace base = ledger::base;

void LoanBook::lend(std::size_t lender, Fen amount) {
  Claim& claim = claims_[lender];
  claim.principal += amount;
  claim.weight += amount;
  lent_ += amount;
}

Due LoanBook::next() const {
  Due due = schedule_[paid_];
  due.principal -= part_principal_;
  due.interest -= part_interest_;
  return due;
}

Due LoanBook::early(base::Date today) const {
  Due due{today, owed(), 0};
  base::Date begins = lent_on_;
  for (std::size_t k = 0; k < schedule_.size(); ++k) {
    const Due& instalment = schedule_[k];
    if (k >= paid_) {
      const Fen length = instalment.date.days() - begins.days();
      const Fen passed = std::clamp<Fen>(today.days() - begins.days(), 0, std::max<Fen>(0, length));
      const bool whole = length <= 0 || instalment.date <= today;
      // Half up; a day's share of an instalment's interest.
      const Fen earned =
          whole ? instalment.interest : (2 * instalment.interest * passed + length) / (2 * length);
      due.interest += std::max<Fen>(0, earned - (k == paid_ ? part_interest_ : 0));
    }
    if (instalment.date > today) break;
    begins = instalment.date;
  }
  return due;
}

std::vector<domain::Share> LoanBook::principal_shares() const {
  std::vector<domain::Share> shares;
  shares.reserve(claims_.size());
  for (const auto& [lender, c] : claims_) {
    shares.push_back({c.weight, c.principal_since, c.principal_carry, c.outstanding()});
  }
  return shares;
}

std::vector<domain::Share> LoanBook::interest_shares() const {
  std::vector<domain::Share> shares;
  shares.reserve(claims_.size());
  for (const auto& [lender, c] : claims_) {
    shares.push_back({c.weight, c.interest_since, c.interest_carry});
  }
  return shares;
}

std::vector<Credit> LoanBook::divide(Fen principal, Fen interest) {
  std::vector<std::int64_t> back;
  if (principal == owed()) {
    for (const auto& [lender, c] : claims_) back.push_back(c.outstanding());
  } else {
    back = domain::allocate(principal, principal_since_, principal_shares());
  }
  const auto earned = domain::allocate(interest, interest_since_, interest_shares());
  std::vector<Credit> credits;
  std::size_t i = 0;
  for (auto& [lender, c] : claims_) {
    c.repaid += back[i];
    c.principal_since += back[i];
    c.interest_since += earned[i];
    if (back[i] + earned[i] > 0) credits.push_back({lender, back[i] + earned[i]});
    ++i;
  }
  repaid_ += principal;
  principal_since_ += principal;
  interest_since_ += interest;
  return credits;
}

std::vector<Credit> LoanBook::pay(Fen amount) {
  const Due due = next();
  const Fen interest = std::min(amount, due.interest);
  const Fen principal = amount - interest;
  std::vector<Credit> credits = divide(principal, interest);
  part_principal_ += principal;
  part_interest_ += interest;
  if (amount == due.whole()) {
    ++paid_;
    part_principal_ = part_interest_ = 0;
  }
  return credits;
}

std::vector<Credit> LoanBook::pay_early(Fen amount) {
  std::vector<Credit> credits = divide(owed(), amount - owed());
  paid_ = schedule_.size();
  return credits;
}

Fen LoanBook::free(std::size_t lender) const {
  const auto claim = claims_.find(lender);
  return claim == claims_.end() ? 0 : claim->second.outstanding() - claim->second.offered;
}

std::size_t LoanBook::lender(std::size_t position) const {
  return std::next(claims_.begin(), static_cast<std::ptrdiff_t>(position))->first;
}

void LoanBook::transfer(std::size_t seller, std::size_t buyer, Fen principal) {
  const auto by_principal = domain::carries_after(principal_since_, principal_shares());
  const auto by_interest = domain::carries_after(interest_since_, interest_shares());
  std::size_t i = 0;
  for (auto& [lender, c] : claims_) {
    c.principal_carry = by_principal[i];
    c.interest_carry = by_interest[i];
    ++i;
  }
  claims_[seller].principal -= principal;
  claims_[buyer].principal += principal;
  weigh_anew();
}

void LoanBook::weigh_anew() {
  for (auto& [lender, c] : claims_) {
    c.weight = c.outstanding();
    c.principal_since = c.interest_since = 0;
  }
  hand_over(&Claim::principal_carry);
  hand_over(&Claim::interest_carry);
  principal_since_ = interest_since_ = 0;
}

// What a claim that has ended was still due, or had too much, goes to the claim that is furthest
// off the other way, so that nobody's share drifts.
void LoanBook::hand_over(Fen Claim::*carry) {
  for (auto& [lender, ended] : claims_) {
    const Fen left = ended.*carry;
    if (ended.weight != 0 || left == 0) continue;
    ended.*carry = 0;
    Claim* heir = nullptr;
    for (auto& [other, c] : claims_) {
      if (c.weight == 0) continue;
      if (heir == nullptr || (left > 0 ? c.*carry < heir->*carry : c.*carry > heir->*carry)) {
        heir = &c;
      }
    }
    if (heir != nullptr) heir->*carry += left;
  }
}

}  // namespace tools::generator
