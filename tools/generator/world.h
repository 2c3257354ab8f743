// What a platform knows of its clients, orders and loans. Amounts are fen; a client is its place in
// Platform's list.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/time.h"
#include "tools/generator/loan_book.h"

namespace tools::generator {

inline constexpr std::size_t kNobody = std::numeric_limits<std::size_t>::max();

struct Size {
  std::size_t lenders = 0;
  std::size_t loans_a_day = 0;
  std::size_t guarantors = 0;
};
// 1,000,000 millionths is the pilot tier: 12,000 lenders, 150 new loans and about 10,000 entries on
// the first day, more as repayments grow.
Size size_of(std::uint64_t scale_millionths);

struct Options {
  std::uint64_t seed = 1;
  ledger::base::Date first;
  Fen control = 0;             // the custody account's balance at the start of `first`
  int month_days = 1;          // days between two instalments; 0: calendar months, by stored terms
  bool reserve = false;        // the profile lets the risk reserve grow
  std::string prefix;          // of clients, projects and orders, at most two characters
  std::string maker = "anna";  // the two operators
  std::string checker = "boris";
};

struct Client {
  std::string code;  // "lender:L000001"
  Fen available = 0;
  Fen unsettled = 0;         // part of available
  Fen balance_days = 0;      // sum of available at the cut-offs since the bank last paid interest
  bool under_court = false;  // the platform leaves its money alone
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
  bool unknown = false;  // the bank did not say what became of it
};

// Done at the bank; the bank takes it back tomorrow. `command` made the entry.
struct Returning {
  std::string command;
  std::size_t client = 0;
  Fen amount = 0;
};

// Money on the custody account that names no client, and whose it is.
struct Receipt {
  std::string order;
  std::size_t client = kNobody;  // kNobody: it goes back
  Fen amount = 0;
};

struct CourtCase {
  std::string order;
  std::size_t client = 0;
  Fen frozen = 0;
  Fen waiting = 0;  // for money still to come
};

struct Sweep {
  std::string order;
  Fen amount = 0;
};

struct Bid {
  std::string order;
  std::size_t lender = 0;
  Fen amount = 0;
  Fen red_packet = 0;
};

struct Loan {
  LoanBook book;
  std::string project;
  std::string payee;
  std::size_t borrower = 0;
  std::size_t guarantor = kNobody;
  Fen target = 0;
  Fen frozen = 0;
  bool doomed = false;  // will not find enough lenders
  std::vector<Bid> bids;
  std::size_t early_after = 0;  // instalments; 0: not before its time
  bool marked = false;          // overdue
  bool late = false;            // this instalment is; it is paid on the next day
  bool bad = false;             // the borrower pays no more
  bool rescued = false;         // a guarantor or the reserve pays in its place
  bool recovers = false;        // the borrower pays that back
  Fen recoverable = 0;
};

// Set aside, to be distributed with the day's others.
struct Repayment {
  std::string order;
  std::size_t loan = 0;  // of those repaying
  Fen amount = 0;
  bool early = false;
};

struct Offer {
  std::string order;
  std::size_t loan = 0;
  std::size_t buyer = 0;
  std::size_t seller = 0;
  Fen principal = 0;
  Fen price = 0;
};

}  // namespace tools::generator
