// Platform: the backend of a lending platform for some business dates: who bids, borrows, repays
// and withdraws, and the commands that come of it, after the mix of wl-cn-p2p-v1. It keeps its own
// idea of every balance, so that a command it expects to be refused is the only one that is.
//
// A day: what the bank settles, pays and takes back of yesterday's; what operators and courts have
// pending; overdue marks, repayments and their distribution, compensation and recovery; transfers
// of claims; three flash sales of new loans, each with its deposits, bids and red packets, some
// cancelled; settlements; disbursements with fee and payout; projects that fail; withdrawals;
// rewards, receipts, interest, the fee sweep; the cut-off. One in a hundred commands is sent twice.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/generator/bank.h"
#include "tools/generator/draws.h"
#include "tools/generator/driver.h"
#include "tools/generator/world.h"

namespace tools::generator {

class Platform {
 public:
  Platform(Driver& driver, Size size, Options options);

  // Plays one business date to its cut-off; what the bank booked on it.
  std::vector<Booking> day(ledger::base::Date today);

  Fen control() const { return control_; }

 private:
  // platform.cc: the day, and what all parts use
  std::string order_id(char kind);
  std::string bank_reference();
  std::string person_of(const Client& client) const;
  std::size_t pick_lender();
  void send(std::string_view flow, std::string_view authority, const std::string& id,
            const std::string& fields);
  // A command that one operator proposes and another approves.
  void send_by_two(std::string_view flow, const std::string& fields);
  // Takes back the entry of a command that was announced to the driver.
  void reverse(const std::string& command);
  // A line of the statement. Without a client the other side is a stranger to the ledger.
  Booking& book(bool credit, Fen amount, const std::string& order, std::size_t client,
                std::string_view text);
  void open_everyone();
  void open_account(const std::string& code, std::string_view more = "");
  void send_what_is_forbidden();

  // platform_money.cc: deposits and withdrawals
  void deposit(std::size_t client, Fen amount);
  void give_up_a_deposit();
  void ensure_funds(std::size_t client, Fen amount, bool spare = true);
  void settle_all(bool leave_some);
  void settle(const Deposit& order);
  void fail_deposit(const Deposit& order);
  void charge_back_yesterdays();
  void withdraw(std::size_t client, Fen amount, Fen fee);
  void pay(const Withdrawal& order);
  void pay_yesterdays();
  void return_yesterdays();
  void withdraw_some();

  // platform_house.cc: the platform's own money, strangers' money, the bank's interest
  void top_up(std::string_view account, Fen amount);
  void ensure_marketing(Fen amount);
  void reward_some();
  void sweep_fees();
  void end_sweeps();
  void fund_reserve();
  void take_receipts();
  void allocate_receipts();
  void take_bank_interest();

  // platform_courts.cc
  void open_cases();
  void go_on_with_cases();

  // platform_sales.cc: loans until they are paid out
  Loan open_loan();
  void flash_sale(std::vector<Loan> loans);
  void place_bid(Loan& loan);
  void add_red_packet(Loan& loan);
  void cancel_last_bid(Loan& loan, bool by_operators);
  void disburse(Loan& loan);
  void fee(Loan& loan);
  void pay_payee(Loan& loan);
  void fail_project(Loan& loan);

  // platform_repay.cc: loans from then on
  void mark_overdue();
  void repay_due();
  bool pays_today(Loan& loan);
  void repay(std::size_t loan);
  void repay_part(std::size_t loan, Fen amount);
  void repay_early(std::size_t loan);
  void distribute_all();
  void compensate(std::size_t loan);
  void recover(Loan& loan);
  void credit(const std::vector<Credit>& credits);
  void forget_paid();

  // platform_transfers.cc
  void transfer_some();
  void offer(std::size_t loan, std::size_t seller);
  void accept(const Offer& offer);
  void end_offers();

  Driver& driver_;
  Size size_;
  Options options_;
  Random random_;
  Zipf lenders_by_activity_;
  ledger::base::Date today_;
  int day_number_ = 0;
  Fen control_;
  Fen marketing_ = 0;
  Fen subsidy_ = 0;
  Fen fees_ = 0;
  Fen reserve_ = 0;
  std::vector<Client> clients_;  // lenders, then guarantors, then borrowers
  std::vector<Deposit> in_transit_;
  std::vector<Withdrawal> accepted_;  // not paid yet
  std::vector<Returning> charged_back_;
  std::vector<Returning> sent_back_;
  std::vector<Receipt> receipts_;
  std::vector<CourtCase> cases_;
  std::vector<Sweep> sweeps_;
  std::vector<Loan> full_;  // sold, to be disbursed
  std::vector<Loan> failed_;
  std::vector<Loan> repaying_;
  std::vector<Repayment> repayments_;
  std::vector<Offer> offers_;
  std::vector<Booking> booked_;
  std::uint64_t orders_today_ = 0;
  std::uint64_t bookings_today_ = 0;
  std::uint64_t loans_ = 0;
  std::uint64_t bids_ = 0;
  std::uint64_t deposits_ = 0;
  std::uint64_t withdrawals_ = 0;
  std::uint64_t transfers_ = 0;
};

}  // namespace tools::generator
