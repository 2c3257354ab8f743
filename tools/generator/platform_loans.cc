// The loans of a platform: opened, sold, disbursed or failed, repaid.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "ledger/crypto/digest.h"
#include "ledger/domain/allocation.h"
#include "tools/generator/platform.h"

namespace tools::generator {

namespace base = ledger::base;

namespace {

constexpr Fen kFeeBasisPoints = 200;  // the rule "service" of cn-2017 allows 500

}  // namespace

Platform::Loan Platform::open_loan() {
  const LoanDraw draw = draw_loan(random_);
  Loan loan;
  ++loans_;
  loan.doomed = loans_ % 23 == 4;
  loan.target = draw.target;
  loan.schedule = schedule_of(draw, today_, month_days_);
  loan.borrower = clients_.size();
  Client& borrower = clients_.emplace_back();
  borrower.code = fmt::format("borrower:B{:06}-{}", first_.yyyymmdd() % 1'000'000, loans_);
  loan.project = fmt::format("P{:06}-{}", first_.yyyymmdd() % 1'000'000, loans_);
  send("open_account", "platform", "open-" + person_of(borrower),
       fmt::format(R"("client":"{}"{})", borrower.code,
                   draw.legal_person ? R"(,"legal_person":true)" : ""));
  std::string dues;
  for (const Due& due : loan.schedule) {
    dues += fmt::format(R"({}{{"due":"{}","principal":{},"interest":{}}})", dues.empty() ? "" : ",",
                        base::format(due.date), due.principal, due.interest);
  }
  send("open_project", "platform", "open-" + loan.project,
       fmt::format(R"("project":"{}","borrower":"{}","target":{},"contract_hash":"{}",)"
                   R"("instalments":[{}])",
                   loan.project, borrower.code, loan.target,
                   ledger::crypto::sha256("contract of " + loan.project).hex(), dues));
  return loan;
}

// Lenders take what is open at random until everything is sold or given up.
void Platform::flash_sale(std::vector<Loan> loans) {
  while (!loans.empty()) {
    const std::size_t at = random_.below(loans.size());
    Loan& loan = loans[at];
    place_bid(loan);
    const bool full = loan.frozen == loan.target;
    const bool given_up = !full && loan.doomed && loan.frozen * 2 >= loan.target;
    if (!full && !given_up) {
      if (bids_ % 53 == 11) cancel_last_bid(loan);
      continue;
    }
    (full ? full_ : failed_).push_back(std::move(loan));
    loans.erase(loans.begin() + static_cast<std::ptrdiff_t>(at));
  }
}

void Platform::place_bid(Loan& loan) {
  const std::size_t lender = lenders_by_activity_.draw(random_);
  const Fen amount = std::min(draw_bid(random_), loan.target - loan.frozen);
  ensure_funds(lender, amount);
  Bid& bid = loan.bids.emplace_back();
  bid.order = order_id('B');
  bid.lender = lender;
  bid.amount = amount;
  ++bids_;
  loan.frozen += amount;
  clients_[lender].available -= amount;
  send("bid", random_.per_mille(300) ? "standing" : "client", bid.order,
       fmt::format(R"("client":"{}","project":"{}","amount":{})", clients_[lender].code,
                   loan.project, amount));
}

void Platform::cancel_last_bid(Loan& loan) {
  const Bid bid = std::move(loan.bids.back());
  loan.bids.pop_back();
  loan.frozen -= bid.amount;
  clients_[bid.lender].available += bid.amount;
  send("bid_cancel", "client", "X" + bid.order, fmt::format(R"("order":"{}")", bid.order));
}

void Platform::disburse(Loan& loan) {
  send("disburse", "platform", "disburse-" + loan.project,
       fmt::format(R"("project":"{}")", loan.project));
  for (const Bid& bid : loan.bids) loan.claims[bid.lender].principal += bid.amount;
  loan.bids.clear();
  Client& borrower = clients_[loan.borrower];
  borrower.available += loan.target;
  const Fen fee = loan.target * kFeeBasisPoints / 10'000;
  send("fee", "standing", "fee-" + loan.project,
       fmt::format(R"("client":"{}","project":"{}","amount":{},"fee_rule":"service")",
                   borrower.code, loan.project, fee));
  borrower.available -= fee;
  withdraw(loan.borrower, borrower.available - 2 * kYuan, 2 * kYuan);
}

// The ledger gives so many bids back per entry.
void Platform::fail_project(Loan& loan) {
  constexpr std::size_t kBidsAtOnce = 1000;
  for (std::size_t done = 0, part = 1; done < loan.bids.size(); done += kBidsAtOnce, ++part) {
    send("project_fail", "platform", fmt::format("fail-{}-{}", loan.project, part),
         fmt::format(R"("project":"{}","limit":{})", loan.project, kBidsAtOnce));
  }
  for (const Bid& bid : loan.bids) clients_[bid.lender].available += bid.amount;
}

// Four in a hundred pay a day late.
void Platform::repay_due() {
  for (Loan& loan : repaying_) {
    if (loan.schedule[loan.paid].date > today_ || loan.late_until > today_) continue;
    if (loan.late_until.is_none() && random_.per_mille(40)) {
      loan.late_until = today_.plus_days(1);
      continue;
    }
    loan.late_until = {};
    repay(loan);
  }
  std::erase_if(repaying_, [](const Loan& loan) { return loan.paid == loan.schedule.size(); });
}

void Platform::repay(Loan& loan) {
  const Due due = loan.schedule[loan.paid];
  Client& borrower = clients_[loan.borrower];
  if (borrower.available < due.whole()) deposit(loan.borrower, due.whole() - borrower.available);
  const std::string order = order_id('R');
  send("repay", random_.per_mille(800) ? "standing" : "client", order,
       fmt::format(R"("project":"{}","instalment":{},"amount":{})", loan.project, loan.paid + 1,
                   due.whole()));
  clients_[loan.borrower].available -= due.whole();
  distribute(loan, due, order);
}

void Platform::distribute(Loan& loan, const Due& due, const std::string& order) {
  send("distribute", "platform", "X" + order, fmt::format(R"("order":"{}")", order));
  const bool last = loan.paid + 1 == loan.schedule.size();
  std::vector<ledger::domain::Share> principals;
  std::vector<ledger::domain::Share> interests;
  for (const auto& [lender, claim] : loan.claims) {
    principals.push_back({claim.principal, claim.principal_paid});
    interests.push_back({claim.principal, claim.interest_paid});
  }
  const auto principal = ledger::domain::allocate(due.principal, loan.repaid, principals);
  const auto interest = ledger::domain::allocate(due.interest, loan.interest_paid, interests);
  std::size_t i = 0;
  for (auto& [lender, claim] : loan.claims) {
    const Fen part = last ? claim.principal - claim.principal_paid : principal[i];
    claim.principal_paid += part;
    claim.interest_paid += interest[i];
    clients_[lender].available += part + interest[i];
    ++i;
  }
  loan.repaid += due.principal;
  loan.interest_paid += due.interest;
  ++loan.paid;
}

}  // namespace tools::generator
