// The loans of a platform until they are paid out: opened, sold in parts, disbursed or failed.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "ledger/crypto/digest.h"
#include "tools/generator/platform.h"

namespace tools::generator {

namespace base = ledger::base;

namespace {

constexpr Fen kFeeBasisPoints = 200;  // the rule "service" of cn-2017 allows 500

// By stored terms where the ledger computes the same dues, else one by one.
std::string terms_of(const LoanDraw& draw, const std::vector<Due>& schedule, int month_days) {
  if (month_days == 0 || schedule.size() == 1) {
    const int terms = schedule.size() == 1 && draw.method != 2 ? 1 : draw.terms;
    return fmt::format(R"("method":"{}","rate_ppm":{},"terms":{},"first_due":"{}")",
                       method_name(draw), draw.basis_points * 100, terms,
                       base::format(schedule.front().date));
  }
  std::string dues;
  for (const Due& due : schedule) {
    dues += fmt::format(R"({}{{"due":"{}","principal":{},"interest":{}}})", dues.empty() ? "" : ",",
                        base::format(due.date), due.principal, due.interest);
  }
  return fmt::format(R"("instalments":[{}])", dues);
}

}  // namespace

Loan Platform::open_loan() {
  const LoanDraw draw = draw_loan(random_);
  Loan loan;
  ++loans_;
  const std::string number =
      fmt::format("{}{:06}-{}", options_.prefix, options_.first.yyyymmdd() % 1'000'000, loans_);
  loan.doomed = loans_ % 23 == 4;
  loan.target = draw.target;
  loan.book = LoanBook(schedule_of(draw, today_, options_.month_days));
  const std::size_t dues = loan.book.schedule().size();
  if (dues > 1 && random_.per_mille(120)) loan.early_after = 1 + random_.below(dues - 1);
  if (random_.per_mille(700)) loan.guarantor = size_.lenders + random_.below(size_.guarantors);
  if (loans_ % 40 == 13) loan.payee = "supplier-" + number;
  loan.borrower = clients_.size();
  loan.project = "P" + number;
  open_account("borrower:B" + number, draw.legal_person ? R"(,"legal_person":true)" : "");
  std::string more;
  if (loan.guarantor != kNobody) {
    more += fmt::format(R"(,"guarantor":"{}")", clients_[loan.guarantor].code);
  }
  if (!loan.payee.empty()) more += fmt::format(R"(,"payee":"{}")", loan.payee);
  send("open_project", "platform", "open-" + loan.project,
       fmt::format(R"("project":"{}","borrower":"{}","target":{},"contract_hash":"{}",{}{})",
                   loan.project, clients_[loan.borrower].code, loan.target,
                   ledger::crypto::sha256("contract of " + loan.project).hex(),
                   terms_of(draw, loan.book.schedule(), options_.month_days), more));
  return loan;
}

// Lenders take what is open at random until everything is sold or given up.
void Platform::flash_sale(std::vector<Loan> loans) {
  while (!loans.empty()) {
    const std::size_t at = random_.below(loans.size());
    Loan& loan = loans[at];
    place_bid(loan);
    const bool full = loan.frozen == loan.target;
    if (bids_ % 53 == 11) cancel_last_bid(loan, bids_ % (53 * 5) == 11);
    const bool given_up = !full && loan.doomed && loan.frozen * 2 >= loan.target;
    if (loan.frozen != loan.target && !given_up) continue;
    (given_up ? failed_ : full_).push_back(std::move(loan));
    loans.erase(loans.begin() + static_cast<std::ptrdiff_t>(at));
  }
}

// Nobody may take more than a twentieth, or the smallest bid.
void Platform::place_bid(Loan& loan) {
  const std::size_t lender = pick_lender();
  const Fen most = std::max(kBidStep, loan.target / 20 / kBidStep * kBidStep);
  const Fen amount = std::min({draw_bid(random_), most, loan.target - loan.frozen});
  ensure_funds(lender, amount);
  Bid& bid = loan.bids.emplace_back();
  bid.order = order_id('B');
  bid.lender = lender;
  bid.amount = amount;
  ++bids_;
  loan.frozen += amount;
  clients_[lender].available -= amount;
  if (bids_ % (53 * 5) == 11) driver_.remember(bid.order);
  send("bid", random_.per_mille(300) ? "standing" : "client", bid.order,
       fmt::format(R"("client":"{}","project":"{}","amount":{})", clients_[lender].code,
                   loan.project, amount));
  if (bids_ % 9 == 5) add_red_packet(loan);
}

void Platform::add_red_packet(Loan& loan) {
  Bid& bid = loan.bids.back();
  const Fen amount = static_cast<Fen>(1 + random_.below(30)) * kYuan;
  if (loan.frozen + amount > loan.target) return;
  ensure_marketing(amount);
  bid.red_packet = amount;
  loan.frozen += amount;
  marketing_ -= amount;
  send("red_packet", "platform", "E" + bid.order,
       fmt::format(R"("order":"{}","amount":{})", bid.order, amount));
}

// While the project collects, the client can; later, and where the bid was an error, two operators.
void Platform::cancel_last_bid(Loan& loan, bool by_operators) {
  if (loan.frozen == loan.target && !by_operators) return;
  if (by_operators && loan.bids.back().red_packet > 0) return;
  const Bid bid = std::move(loan.bids.back());
  loan.bids.pop_back();
  loan.frozen -= bid.amount + bid.red_packet;
  marketing_ += bid.red_packet;
  clients_[bid.lender].available += bid.amount;
  if (by_operators) {
    reverse(bid.order);
  } else {
    send("bid_cancel", "client", "X" + bid.order, fmt::format(R"("order":"{}")", bid.order));
  }
}

void Platform::disburse(Loan& loan) {
  send("disburse", "platform", "disburse-" + loan.project,
       fmt::format(R"("project":"{}")", loan.project));
  for (const Bid& bid : loan.bids) loan.book.lend(bid.lender, bid.amount + bid.red_packet);
  loan.book.begin(today_);
  loan.bids.clear();
  clients_[loan.borrower].available += loan.target;
  if (!loan.payee.empty()) {
    pay_payee(loan);
    ensure_funds(loan.borrower, loan.target * kFeeBasisPoints / 10'000, false);
    fee(loan);
    return;
  }
  fee(loan);
  const Client& borrower = clients_[loan.borrower];
  withdraw(loan.borrower, borrower.available - borrower.unsettled - 2 * kYuan, 2 * kYuan);
}

// Now and then it is taken twice, and the second given back.
void Platform::fee(Loan& loan) {
  const Fen amount = loan.target * kFeeBasisPoints / 10'000;
  Client& borrower = clients_[loan.borrower];
  const std::string fields =
      fmt::format(R"("client":"{}","project":"{}","amount":{},"fee_rule":"service")", borrower.code,
                  loan.project, amount);
  const std::string id = "fee-" + loan.project;
  send("fee", "standing", id, fields);
  borrower.available -= amount;
  fees_ += amount;
  if (loans_ % 40 != 17 || borrower.available < amount) return;
  driver_.remember(id + "-2");
  send("fee", "standing", id + "-2", fields);
  reverse(id + "-2");
}

// All of the loan goes to the payee that the project declared; the fee comes from the borrower.
void Platform::pay_payee(Loan& loan) {
  const std::string order = order_id('M');
  send("entrusted_pay", "client", order,
       fmt::format(R"("project":"{}","payee":"{}","amount":{})", loan.project, loan.payee,
                   loan.target));
  clients_[loan.borrower].available -= loan.target;
  accepted_.push_back({order, loan.borrower, loan.target, 0, false});
}

// The ledger gives so many bids back per entry.
void Platform::fail_project(Loan& loan) {
  constexpr std::size_t kBidsAtOnce = 1000;
  for (std::size_t done = 0, part = 1; done < loan.bids.size(); done += kBidsAtOnce, ++part) {
    send("project_fail", "platform", fmt::format("fail-{}-{}", loan.project, part),
         fmt::format(R"("project":"{}","limit":{})", loan.project, kBidsAtOnce));
  }
  for (const Bid& bid : loan.bids) {
    clients_[bid.lender].available += bid.amount;
    marketing_ += bid.red_packet;
  }
}

}  // namespace tools::generator
