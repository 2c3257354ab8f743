// LoanBook: the platform's own reckoning of one loan: what each lender is owed, what of the
// schedule is paid, what an early repayment costs today. It must agree with the ledger to the fen,
// because the amounts of later commands come from it. Lenders are numbers that ascend like the
// ledger's.
#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "ledger/base/time.h"
#include "ledger/domain/allocation.h"
#include "tools/generator/schedule.h"

namespace tools::generator {

struct Credit {
  std::size_t lender = 0;
  Fen amount = 0;
};

class LoanBook {
 public:
  LoanBook() = default;
  explicit LoanBook(std::vector<Due> schedule) : schedule_(std::move(schedule)) {}

  void lend(std::size_t lender, Fen amount);
  void begin(ledger::base::Date day) { lent_on_ = day; }

  const std::vector<Due>& schedule() const { return schedule_; }
  std::size_t instalments_paid() const { return paid_; }
  bool paid_up() const { return paid_ == schedule_.size(); }
  Due next() const;  // what is unpaid of the next instalment; not when paid up
  Fen owed() const { return lent_ - repaid_; }
  // All principal, and the interest earned up to `today`: F18 without a compensation.
  Due early(ledger::base::Date today) const;

  // Pays lenders, interest first, at most next().whole(); whoever the money is from.
  std::vector<Credit> pay(Fen amount);
  // Pays everything back; what is more than owed() is interest.
  std::vector<Credit> pay_early(Fen amount);

  // Transfers. `free` is what of a claim is neither paid back nor offered.
  Fen free(std::size_t lender) const;
  void offer(std::size_t seller, Fen principal) { claims_[seller].offered += principal; }
  void end_offer(std::size_t seller, Fen principal) { claims_[seller].offered -= principal; }
  void transfer(std::size_t seller, std::size_t buyer, Fen principal);
  std::size_t lenders() const { return claims_.size(); }
  std::size_t lender(std::size_t position) const;  // below lenders()

 private:
  struct Claim {
    Fen principal = 0;
    Fen repaid = 0;
    Fen offered = 0;
    // The series of allocations since a transfer last changed the weights, see allocation.h.
    Fen weight = 0;
    Fen principal_since = 0;
    Fen interest_since = 0;
    Fen principal_carry = 0;
    Fen interest_carry = 0;
    Fen outstanding() const { return principal - repaid; }
  };
  std::vector<ledger::domain::Share> principal_shares() const;
  std::vector<ledger::domain::Share> interest_shares() const;
  std::vector<Credit> divide(Fen principal, Fen interest);
  void weigh_anew();
  void hand_over(Fen Claim::*carry);

  std::vector<Due> schedule_;
  std::map<std::size_t, Claim> claims_;
  ledger::base::Date lent_on_;
  std::size_t paid_ = 0;
  Fen part_principal_ = 0;  // paid of the next instalment
  Fen part_interest_ = 0;
  Fen lent_ = 0;
  Fen repaid_ = 0;
  Fen principal_since_ = 0;
  Fen interest_since_ = 0;
};

}  // namespace tools::generator
