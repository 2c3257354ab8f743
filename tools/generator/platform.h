// Platform: the backend of a lending platform for some business dates: who bids, borrows, repays
// and withdraws, and the commands that come of it. It keeps its own idea of every balance, so that
// a command it expects to be refused is the only one that is. Amounts are fen.
//
// A day: what the bank settles and pays of yesterday's; repayments due and their distribution;
// three flash sales of new loans, each with its deposits, bids, some cancelled; settlements;
// disbursements with fee and payout; projects that fail; withdrawals of lenders; the cut-off. One
// in a hundred commands is sent twice.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "ledger/base/time.h"
#include "tools/generator/bank.h"
#include "tools/generator/draws.h"
#include "tools/generator/driver.h"
#include "tools/generator/schedule.h"

namespace tools::generator {

struct Size {
  std::size_t lenders = 0;
  std::size_t loans_a_day = 0;
};
// 1,000,000 millionths is the pilot tier: 12,000 lenders, 150 new loans, 7,000 entries
// a day and more as repayments grow.
Size size_of(std::uint64_t scale_millionths);

class Platform {
 public:
  // `control` is the custody account's balance at the start of `first`.
  Platform(Driver& driver, Size size, std::uint64_t seed, ledger::base::Date first, Fen control,
           int month_days);

  // Plays one business date to its cut-off; what the bank booked on it.
  std::vector<Booking> day(ledger::base::Date today);

  Fen control() const { return control_; }

 private:
  struct Client {
    std::string code;  // "lender:L000001"
    Fen available = 0;
    Fen unsettled = 0;  // part of available
  };
  struct Deposit {
    std::string order;
    std::size_t client = 0;
    Fen amount = 0;
  };
  struct Withdrawal {
    std::string order;
    std::size_t client = 0;
    Fen amount = 0;
    Fen fee = 0;
  };
  struct Claim {
    Fen principal = 0;
    Fen principal_paid = 0;
    Fen interest_paid = 0;
  };
  struct Bid {
    std::string order;
    std::size_t lender = 0;
    Fen amount = 0;
  };
  struct Loan {
    std::string project;
    std::size_t borrower = 0;
    Fen target = 0;
    Fen frozen = 0;
    bool doomed = false;  // will not find enough lenders
    std::vector<Due> schedule;
    std::vector<Bid> bids;
    std::map<std::size_t, Claim> claims;  // by lender, in the ledger's order
    std::size_t paid = 0;                 // instalments
    Fen repaid = 0;
    Fen interest_paid = 0;
    ledger::base::Date late_until;  // the borrower pays this instalment late
  };

  std::string order_id(char kind);
  std::string bank_reference();
  std::string person_of(const Client& client) const;
  Booking booking(bool credit, Fen amount, const std::string& order, std::size_t client,
                  std::string_view text);
  void send(std::string_view flow, std::string_view authority, const std::string& id,
            const std::string& fields);

  void open_everyone();
  void deposit(std::size_t client, Fen amount);
  void ensure_funds(std::size_t client, Fen amount);
  void settle_all(bool leave_some);
  void withdraw(std::size_t client, Fen amount, Fen fee);
  void pay(const Withdrawal& order);
  void pay_yesterdays();
  void withdraw_some();
  void send_what_is_forbidden();

  Loan open_loan();
  void flash_sale(std::vector<Loan> loans);
  void place_bid(Loan& loan);
  void cancel_last_bid(Loan& loan);
  void disburse(Loan& loan);
  void fail_project(Loan& loan);
  void repay_due();
  void repay(Loan& loan);
  void distribute(Loan& loan, const Due& due, const std::string& order);

  Driver& driver_;
  Size size_;
  int month_days_;
  ledger::base::Date first_;
  ledger::base::Date today_;
  Random random_;
  Zipf lenders_by_activity_;
  Fen control_;
  std::vector<Client> clients_;  // lenders first
  std::vector<Deposit> in_transit_;
  std::vector<Withdrawal> accepted_;  // not paid yet
  std::vector<Loan> full_;            // sold, to be disbursed
  std::vector<Loan> failed_;
  std::vector<Loan> repaying_;
  std::vector<Booking> booked_;
  std::uint64_t orders_today_ = 0;
  std::uint64_t bookings_today_ = 0;
  std::uint64_t loans_ = 0;
  std::uint64_t bids_ = 0;
  std::uint64_t withdrawals_ = 0;
};

}  // namespace tools::generator
